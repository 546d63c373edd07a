/** Every event of a watch on `node:diagnostics_channel`, for whoever watches without being asked. */

import { channel } from 'node:diagnostics_channel';
import type { Watch, WatchEvents } from './api.ts';

type Name = keyof typeof WATCH_CHANNELS;

/**
 * The channels: the events, and `probe` for each time that a probe is due. They carry `{ watch, ...event }`, with the payload of the
 * event of the same name; `probe` carries `{ watch, epoch, number }`.
 */
export const WATCH_CHANNELS: { readonly [Name in keyof WatchEvents | 'probe']: `systole:watch:${Name}` } = {
  connect: 'systole:watch:connect',
  probe: 'systole:watch:probe',
  suspect: 'systole:watch:suspect',
  alive: 'systole:watch:alive',
  idle: 'systole:watch:idle',
  dead: 'systole:watch:dead',
  disconnect: 'systole:watch:disconnect',
};

const channels = Object.fromEntries(
  Object.entries(WATCH_CHANNELS).map(([event, name]) => [event, channel(name)]),
) as Readonly<Record<Name, ReturnType<typeof channel>>>;

/** Costs a look at a flag while nobody has subscribed. */
export function publishWatch(name: Name, payload: object, watch: Watch): void {
  const target = channels[name];
  if (target.hasSubscribers) target.publish({ watch, ...payload });
}
