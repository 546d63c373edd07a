/** Every event on `node:diagnostics_channel`, for whoever watches without being asked. */

import { channel } from 'node:diagnostics_channel';
import type { Publish } from '../session/session-parts.ts';
import type { Stall } from '../words/clock.ts';

/**
 * The channels. Those of a session carry `{ session, ...event }`, with the payload of the event of the same name; `probe`
 * carries `{ session, epoch, number }` for each PING that we send. `systole:stall` carries a {@link Stall}.
 */
export const CHANNELS: {
  readonly connect: 'systole:session:connect';
  readonly probe: 'systole:session:probe';
  readonly suspect: 'systole:session:suspect';
  readonly alive: 'systole:session:alive';
  readonly health: 'systole:session:health';
  readonly appStalled: 'systole:session:app-stalled';
  readonly dead: 'systole:session:dead';
  readonly disconnect: 'systole:session:disconnect';
  readonly reconnecting: 'systole:session:reconnecting';
  readonly drain: 'systole:session:drain';
  readonly end: 'systole:session:end';
  readonly rejected: 'systole:server:rejected';
  readonly stall: 'systole:stall';
} = {
  connect: 'systole:session:connect',
  probe: 'systole:session:probe',
  suspect: 'systole:session:suspect',
  alive: 'systole:session:alive',
  health: 'systole:session:health',
  appStalled: 'systole:session:app-stalled',
  dead: 'systole:session:dead',
  disconnect: 'systole:session:disconnect',
  reconnecting: 'systole:session:reconnecting',
  drain: 'systole:session:drain',
  end: 'systole:session:end',
  rejected: 'systole:server:rejected',
  stall: 'systole:stall',
};

const channels = Object.fromEntries(
  Object.entries(CHANNELS).map(([event, name]) => [event, channel(name)]),
) as Readonly<Record<keyof typeof CHANNELS, ReturnType<typeof channel>>>;

/** Publishes a session's event; costs a look at a flag while nobody has subscribed. */
export const publish: Publish = (event, payload, session) => {
  const target = channels[event];
  if (target.hasSubscribers) target.publish({ session, ...payload });
};

/** Publishes that a server has turned a connection away. */
export function publishRejected(payload: object): void {
  if (channels.rejected.hasSubscribers) channels.rejected.publish(payload);
}

/** Publishes a stall of the process. */
export function publishStall(stall: Stall): void {
  if (channels.stall.hasSubscribers) channels.stall.publish(stall);
}
