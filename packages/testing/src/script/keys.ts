/** Keys on a terminal: each is a command. */

import { emitKeypressEvents } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Toward } from '../proxy/direction.ts';
import type { Command } from './command.ts';

/** What a key asks for. */
export type KeyRequest =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'direction'; readonly direction: Toward }
  | { readonly type: 'state' | 'help' | 'quit' };

type Fault =
  | { readonly do: 'set'; readonly condition: Extract<Command, { do: 'set' }>['condition'] }
  | { readonly do: 'fin' | 'reset' }
  | { readonly do: 'truncate'; readonly bytes: number };

const FAULTS: Readonly<Record<string, readonly [fault: Fault, meaning: string]>> = {
  o: [{ do: 'set', condition: 'open' }, 'open: everything passes'],
  b: [{ do: 'set', condition: 'blackholed' }, 'blackhole: the path is gone, and nobody is told'],
  f: [{ do: 'set', condition: 'frozen' }, 'freeze: the receiver has stopped reading'],
  l: [{ do: 'set', condition: { latency: '200ms' } }, 'latency of 200 ms'],
  t: [{ do: 'set', condition: { bytesPerSecond: 1_000 } }, 'throttle to 1,000 bytes a second'],
  d: [{ do: 'set', condition: { drip: '100ms' } }, 'drip: one byte each 100 ms'],
  e: [{ do: 'fin' }, 'end: FIN, now'],
  r: [{ do: 'reset' }, 'reset: RST, now'],
  x: [{ do: 'truncate', bytes: 100 }, 'truncate: FIN after 100 more bytes'],
};

const DIRECTIONS: Readonly<Record<string, readonly [direction: Toward, meaning: string]>> = {
  '>': ['toServer', 'the next keys are for the direction to the server'],
  '<': ['toClient', '... to the client'],
  '=': ['both', '... for both, as at the start'],
};

const OTHERS: Readonly<Record<string, readonly [type: 'state' | 'help' | 'quit', meaning: string]>> = {
  s: ['state', 'show the state'],
  '?': ['help', 'show the keys'],
  q: ['quit', 'quit, as Ctrl-C does'],
};

/** The keys and what they do, a line each. */
export const KEYS: string = Object.entries({ ...DIRECTIONS, ...FAULTS, ...OTHERS })
  .map(([key, [, meaning]]) => `  ${key}  ${meaning}`)
  .join('\n');

/** What a key asks for while this direction is chosen; undefined if nothing. */
export function requestOf(key: string, direction: Toward): KeyRequest | undefined {
  const [fault] = lookUp(FAULTS, key) ?? [];
  if (fault !== undefined) return { type: 'command', command: { ...fault, direction } };
  const [chosen] = lookUp(DIRECTIONS, key) ?? [];
  if (chosen !== undefined) return { type: 'direction', direction: chosen };
  const [type] = lookUp(OTHERS, key) ?? [];
  return type === undefined ? undefined : { type };
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** What we need of a terminal. */
export type Terminal = Pick<ReadStream, 'setRawMode'> & NodeJS.ReadableStream;

/** Hears keys, without waiting for a line, until the function that it returns is called. */
export function hearKeys(terminal: Terminal, handle: (request: KeyRequest) => void): () => void {
  let direction: Toward = 'both';
  const handleKey = (text: string | undefined, key: { readonly ctrl: boolean; readonly name?: string }): void => {
    const request = key.ctrl && key.name === 'c' ? { type: 'quit' as const } : requestOf(text ?? '', direction);
    if (request?.type === 'direction') direction = request.direction;
    if (request !== undefined) handle(request);
  };
  emitKeypressEvents(terminal);
  terminal.setRawMode(true);
  terminal.on('keypress', handleKey).resume();
  return () => {
    terminal.off('keypress', handleKey).pause();
    terminal.setRawMode(false);
  };
}
