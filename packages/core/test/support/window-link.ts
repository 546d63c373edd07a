/** A link as a send window sees it: a sender that has enough to say, a rate, a round trip, a peer that reports. A step is 1 ms. */

import { SendWindow } from '../../src/machines/send-window.ts';

/** A frame of a large message, head included. */
export const FRAME_BYTES = 65_480;

/** A peer says what it has read each time that so much has come. */
const REPORT_BYTES = 32_768;

/** What has been put before the connection is open. */
const HANDSHAKE_BYTES = 300;

export interface WindowLinkOptions {
  readonly bytesPerMs: number;
  readonly rttMs?: number;
  /** What PINGs have measured. Default: nothing. */
  readonly minRttMs?: number | undefined;
  /** Bytes of DATA that the application offers in a millisecond. Default: as many as the window takes. */
  readonly offeredPerMs?: number;
}

/** See the head of the file. All delay is on the way back, which is the same to a sender. */
export class WindowLink {
  readonly window = new SendWindow(HANDSHAKE_BYTES);
  /** The size after each change. */
  readonly sizes: number[] = [];
  now = 0;
  position = HANDSHAKE_BYTES;
  read = 0;
  bytesPerMs: number;
  rttMs: number;
  /** Whether the application still has something to say. */
  hasMore = true;
  readonly #minRttMs: number | undefined;
  readonly #offeredPerMs: number;
  #offered = 0;
  #told = 0;
  #reports: { readonly read: number; readonly at: number }[] = [];

  constructor({ bytesPerMs, rttMs = 0, minRttMs, offeredPerMs = Number.POSITIVE_INFINITY }: WindowLinkOptions) {
    this.bytesPerMs = bytesPerMs;
    this.rttMs = rttMs;
    this.#minRttMs = minRttMs;
    this.#offeredPerMs = offeredPerMs;
  }

  /** Bytes on the way: what a PING put now would wait for. */
  get unread(): number {
    return this.position - this.read;
  }

  /** Lets so much time pass. Returns the most that was on the way in it. */
  run(ms: number): number {
    let most = 0;
    for (const end = this.now + ms; this.now < end; this.now += 1) {
      this.#transmit();
      this.#report();
      this.#put();
      most = Math.max(most, this.unread);
    }
    return most;
  }

  #transmit(): void {
    this.read = Math.min(this.position, this.read + this.bytesPerMs);
    while (this.read - this.#told >= REPORT_BYTES) {
      this.#told += REPORT_BYTES;
      this.#reports.push({ read: this.#told, at: this.now + this.rttMs });
    }
  }

  #report(): void {
    for (let [report] = this.#reports; report !== undefined && report.at <= this.now; [report] = this.#reports) {
      this.#reports.shift();
      this.window.handleRead(report.read, this.position, this.now, this.#minRttMs);
      if (this.window.size !== this.sizes.at(-1)) this.sizes.push(this.window.size);
    }
  }

  #put(): void {
    this.#offered += this.#offeredPerMs;
    while (this.hasMore && this.#offered >= FRAME_BYTES && this.window.isOpen(this.position)) {
      this.#offered -= FRAME_BYTES;
      this.position += FRAME_BYTES;
      this.window.handlePut(this.position);
    }
    this.window.handleTurn(this.position, this.now);
  }
}
