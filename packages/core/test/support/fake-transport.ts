/** A transport in the hand of a unit test: it decodes what is written, and its kernel takes as much as the test says. */

import { FrameDecoder } from '../../src/rules/decoder.ts';
import { PreambleReader } from '../../src/rules/preamble.ts';
import type { Frame } from '../../src/words/frame.ts';
import type { Transport } from '../../src/words/transport.ts';
import { concat } from './arbitrary-frame.ts';

/** Writes into a log what it is asked to do, frames by their names. */
export class FakeTransport implements Transport {
  /** Every frame that was written. */
  readonly frames: Frame[] = [];
  /** Every byte that was written, one item a write. */
  readonly writes: Uint8Array[] = [];
  /** Whether the kernel takes nothing more: what is written waits. */
  isFull = false;
  unwritten = 0;
  receivedBytes = 0;
  readonly #log: string[];
  readonly #preamble = new PreambleReader('client');
  #isPreambleOver = false;
  readonly #decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);

  constructor(log: string[] = []) {
    this.#log = log;
  }

  write(chunks: readonly Uint8Array[]): void {
    const bytes = concat(chunks);
    if (this.isFull) this.unwritten += bytes.length;
    this.writes.push(bytes);
    this.#log.push(`write ${this.#decode(bytes).join(', ')}`);
  }

  end(): void {
    this.#log.push('FIN');
  }

  destroy(): void {
    this.#log.push('destroy');
  }

  pause(): void {
    this.#log.push('pause');
  }

  resume(): void {
    this.#log.push('resume');
  }

  #decode(bytes: Uint8Array): string[] {
    const names: string[] = [];
    let rest = bytes;
    if (!this.#isPreambleOver) {
      const preamble = this.#preamble.push(bytes);
      if (preamble.state !== 'version') return [preamble.state];
      this.#isPreambleOver = true;
      names.push('PREAMBLE');
      rest = preamble.rest;
    }
    this.#decoder.push(rest);
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
      this.frames.push(frame);
      names.push(nameOf(frame));
    }
    return names;
  }
}

/** A frame in a word or two: `PING 7`, `ACK 2 of 3`. */
export function nameOf(frame: Frame): string {
  const name = frame.type.toUpperCase();
  switch (frame.type) {
    case 'hello':
    case 'welcome':
      return name;
    case 'ack':
      return `${name} ${frame.handled} of ${frame.received}`;
    case 'close':
      return `${name} ${frame.scope} ${frame.code}`;
    case 'result':
      return `${name} ${frame.number}${frame.ok ? '' : ` ${frame.code}`}`;
    default:
      return `${name} ${frame.number}`;
  }
}
