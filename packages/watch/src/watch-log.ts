/** How the events of a watch are logged: fixed lowercase phrases, data in fields. */

import type { Logger } from '@systole/core';
import { rethrowLater } from '@systole/core/internal';
import type { WatchEvents } from './api.ts';

type Name = keyof WatchEvents;

type Level = 'debug' | 'info' | 'warn';

const LINES: Readonly<Record<Name, readonly [level: Level, message: string]>> = {
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
  write(logger, level, payload, message);
}

/** Writes that a probe threw, rejected, or gave nothing to know an answer by; `attempt` is undefined where no one probe did. */
export function logProbeFailure(
  logger: Logger,
  failure: { readonly err: unknown; readonly epoch: number; readonly attempt: number | undefined },
): void {
  write(logger, 'warn', failure, 'probe failed');
}

/** A logger that throws does not stop the heartbeat. */
function write(logger: Logger, level: Level, data: object, message: string): void {
  try {
    if (logger.isLevelEnabled?.(level) !== false) logger[level](data, message);
  } catch (error) {
    rethrowLater(error);
  }
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
