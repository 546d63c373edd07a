/** Which tap fits a stream, and which stream can be tapped. */

import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isAttached } from '@systole/core/internal';
import { refuse } from './readable-tap.ts';
import { SocketTap } from './socket-tap.ts';
import { StreamTap } from './stream-tap.ts';
import type { Tap } from './tap.ts';

/** One thing that a stream must be. */
interface Requirement {
  readonly be: string;
  readonly fails: (stream: Readable) => boolean;
  /** What was found instead. */
  readonly found: string;
}

/** The first that fails is named. */
const REQUIREMENTS: readonly Requirement[] = [
  { be: 'open', fails: ({ destroyed }) => destroyed, found: 'one that is destroyed' },
  { be: 'open', fails: ({ readableEnded }) => readableEnded, found: "one that has had the peer's FIN" },
  {
    be: 'connected',
    fails: (stream) => stream instanceof Socket && stream.pending,
    found: 'one that is not, or not yet: wait for its connect event',
  },
  {
    be: 'without a session of Systole',
    fails: (stream) => stream instanceof Socket && isAttached(stream),
    found: 'one that has it, and is watched by it',
  },
];

/**
 * A tap is taken as it is, and of a stream one is made: a socket is only looked at; of any other stream the chunks are counted.
 *
 * @throws SystoleError with `ERR_SOCKET` that says what is wrong with the stream. Nothing was changed then.
 */
export function tapOf(stream: Readable | Tap): Tap {
  if (isTap(stream)) return stream;
  if (!isReadable(stream)) throw refuse('a readable stream of Node', 'something else');
  const broken = REQUIREMENTS.find(({ fails }) => fails(stream));
  if (broken !== undefined) throw refuse(broken.be, broken.found);
  return stream instanceof Socket ? new SocketTap(stream) : new StreamTap(stream);
}

/** By what it can do: there are other implementations than Node's own, such as readable-stream. */
function isReadable(stream: unknown): stream is Readable {
  return hasMethods(stream, 'on', 'off', 'push', 'destroy', 'isPaused');
}

function isTap(stream: unknown): stream is Tap {
  return hasMethods(stream, 'listen', 'destroy', 'release') && !hasMethods(stream, 'push');
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
