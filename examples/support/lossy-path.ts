/** A path that loses datagrams, always the same ones for the same seed. */

import type { Socket } from 'node:dgram';
import { seededRandom } from '@systole/testing';

/** Both directions between two ends. */
export class LossyPath {
  /** The share of datagrams that is lost; it may change at any time. */
  lossRate: number;
  sent = 0;
  lost = 0;
  readonly #random: () => number;

  constructor(lossRate: number, seed: number) {
    this.lossRate = lossRate;
    this.#random = seededRandom(seed);
  }

  /** `written` is called when our kernel is done with the datagram. What the path loses was written, too. */
  send(socket: Socket, text: string, written: () => void = () => {}): void {
    this.sent += 1;
    if (this.#random() >= this.lossRate) return socket.send(text, () => written());
    this.lost += 1;
    written();
  }
}
