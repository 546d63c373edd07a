/** Ways to keep the event loop of a program from turning, each from another place of it. */

import { once } from 'node:events';
import { stat } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Gap } from './lost-time.ts';
import { heard, say, sharedNow } from './program.ts';

/** Where the loop is blocked: in a callback of this kind, or the process is stopped as a whole, by whoever started us. */
export type StallKind = 'timer' | 'fs' | 'socket' | 'immediate' | 'stop';

/** Said by a program that is to be stopped for so long, now: see `stopping.ts`. */
export interface StopRequest {
  readonly type: 'stop';
  readonly durationMs: number;
}

/** The stop is over, and lasted from then to then. */
export interface StopOver extends Gap {
  readonly type: 'continued';
}

/** Keeps this program's loop from turning, again and again. */
export class Blocker {
  readonly #kind: StallKind;
  readonly #occupy: (ms: number) => void;
  /** A socket that comes and goes in this process. */
  readonly #pair: Promise<{ readonly near: Socket; readonly far: Socket }> = openPair();

  /** `occupy` is what happens in the callback. Default: nothing, without using the processor. */
  constructor(kind: StallKind, occupy: (ms: number) => void = wait) {
    this.#kind = kind;
    this.#occupy = occupy;
  }

  /** For so long, from the next callback of the kind. Returns when it was. */
  async block(ms: number): Promise<Gap> {
    if (this.#kind === 'stop') return beStopped(ms);
    const pair = await this.#pair;
    return new Promise((resolve) => {
      callFrom(this.#kind, pair, () => {
        const from = sharedNow();
        this.#occupy(ms);
        resolve({ from, to: sharedNow() });
      });
    });
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

function wait(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

async function beStopped(durationMs: number): Promise<Gap> {
  say<StopRequest>({ type: 'stop', durationMs });
  const { type, from, to } = await heard<StopOver>();
  if (type !== 'continued') throw new Error(`told to ${type} during a stop`);
  return { from, to };
}

async function openPair(): Promise<{ near: Socket; far: Socket }> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const near = connect({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port, noDelay: true });
  const [far] = (await once(listener, 'connection')) as [Socket];
  return { near, far };
}

function callFrom(
  kind: StallKind,
  { near, far }: { readonly near: Socket; readonly far: Socket },
  callback: () => void,
): void {
  switch (kind) {
    case 'timer':
      setTimeout(callback, 1);
      return;
    case 'fs':
      stat('.', callback);
      return;
    case 'socket':
      far.once('data', callback);
      near.write('.');
      return;
    case 'immediate':
      setImmediate(callback);
  }
}
