/** How the events of a session are logged: fixed lowercase phrases, data in fields. */

import type { Cause } from '../words/cause.ts';
import type { Logger } from '../words/logger.ts';
import type { SessionEvents } from './api.ts';

type Name = keyof SessionEvents;

type Level = 'debug' | 'info' | 'warn';

const LEVELS: Readonly<Record<Name, Level>> = {
  connect: 'info',
  suspect: 'warn',
  alive: 'info',
  health: 'info',
  appStalled: 'warn',
  dead: 'warn',
  disconnect: 'info',
  reconnecting: 'info',
  drain: 'debug',
  // At a server it only repeats the disconnect.
  end: 'debug',
};

const MESSAGES: Readonly<Record<Name, string>> = {
  connect: 'connected',
  suspect: 'peer suspected',
  alive: 'peer alive again',
  health: 'peer told its health',
  appStalled: 'peer application stalled',
  dead: 'peer judged dead',
  disconnect: 'disconnected',
  reconnecting: 'reconnecting',
  drain: 'queue drained',
  end: 'session ended',
};

/** Causes that somebody should look into: one of the ends is not what it claims to be. */
const BREACHES: ReadonlySet<Cause> = new Set<Cause>(['protocol-error', 'not-our-protocol', 'too-many-pings']);

/** Writes an event to a session's own logger, which `child` makes of the `parent`, unless that writes no such lines. */
export function logEvent<Event extends Name>(
  parent: Logger,
  name: Event,
  payload: SessionEvents[Event],
  child: () => Logger,
): void {
  const isBreach = name === 'disconnect' && 'cause' in payload && BREACHES.has(payload.cause);
  const level = isBreach ? 'warn' : LEVELS[name];
  if (parent.isLevelEnabled?.(level) === false) return;
  child()[level](payload, MESSAGES[name]);
}
