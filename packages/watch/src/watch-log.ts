/** How the events of a watch are logged: fixed lowercase phrases, data in fields. */

import type { Logger } from '@systole/core';
import type { WatchEvents } from './api.ts';

type Name = keyof WatchEvents;

const LINES: Readonly<Record<Name, readonly [level: 'debug' | 'info' | 'warn', message: string]>> = {
  connect: ['debug', 'stream watched'],
  suspect: ['warn', 'peer suspected'],
  alive: ['info', 'peer alive again'],
  idle: ['debug', 'stream idle'],
  dead: ['warn', 'peer judged dead'],
  disconnect: ['info', 'stream ended'],
};

/** Writes an event, unless nobody would read it. */
export function logWatchEvent<Event extends Name>(logger: Logger, name: Event, payload: WatchEvents[Event]): void {
  const [level, message] = LINES[name];
  if (logger.isLevelEnabled?.(level) !== false) logger[level](payload, message);
}

function keepSilent(): void {}

/** The logger of whoever gives none: a watch needs no library to say nothing. */
export const SILENT: Logger = {
  debug: keepSilent,
  info: keepSilent,
  warn: keepSilent,
  error: keepSilent,
  isLevelEnabled: () => false,
  child: () => SILENT,
};
