/** What we write on one connection, frame by frame: it has to be lawful, whatever the peer does. */

import type { Frame } from '@systole/core';
import { expect } from '../failure.ts';

type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>;

/** See the head of the file. */
export class OwnStream {
  #isGreeted = false;
  #hasSaidGoodbye = false;
  #isBye = false;
  #pings = 0;
  /** Of messages, results and acknowledgements, the last ones; undefined where the session has begun before. */
  #data: number | undefined;
  #result = 0;
  #ack: FrameOf<'ack'> | undefined;

  handleFrame(frame: Frame): void {
    expect(!this.#isBye, `${frame.type} was written behind a CLOSE that ends the connection`);
    switch (frame.type) {
      case 'hello':
      case 'welcome':
        expect(!this.#isGreeted, `${frame.type} was written twice`);
        this.#isGreeted = true;
        return;
      case 'ping':
        expect(frame.number === this.#pings + 1, () => `PING ${frame.number} was written behind PING ${this.#pings}`);
        this.#pings = frame.number;
        return;
      case 'data':
        return this.#handleData(frame);
      case 'result':
        expect(frame.number > this.#result, () => `RESULT ${frame.number} was written behind ${this.#result}`);
        if (!frame.ok || frame.part === 'whole' || frame.part === 'last') this.#result = frame.number;
        return;
      case 'ack':
        return this.#handleAck(frame);
      case 'close':
        // A verdict behind a goodbye leaves one more, and is the last.
        this.#isBye = this.#hasSaidGoodbye;
        this.#hasSaidGoodbye = true;
        return;
      default:
    }
  }

  #handleData({ number, part }: FrameOf<'data'>): void {
    expect(!this.#hasSaidGoodbye, 'DATA was written behind our goodbye');
    const next = (this.#data ?? number - 1) + 1;
    expect(number === next, () => `message ${number} was written where ${next} was next`);
    if (part === 'whole' || part === 'last') this.#data = number;
  }

  #handleAck(frame: FrameOf<'ack'>): void {
    const { received, handled, settled, read, limit } = frame;
    expect(handled <= received, () => `ACK was written with ${handled} of ${received} handled`);
    const before = this.#ack;
    this.#ack = frame;
    if (before === undefined) return;
    const isSteady =
      received >= before.received &&
      handled >= before.handled &&
      settled >= before.settled &&
      read >= before.read &&
      limit >= before.limit;
    expect(isSteady, 'ACK was written that goes back behind another one');
  }
}
