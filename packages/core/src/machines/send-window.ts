/** How much may lie between our encoder and the peer's decoder, kernel buffers included (W5): no PING waits behind more. */

import type { Instant } from '../words/clock.ts';
import { ProtocolError } from '../words/errors.ts';

/** To begin with: 2.6 s of a link of 100 KB/s, and as much as 2.6 MB/s need where the round trip is 100 ms. */
const FIRST_BYTES = 262_144;

/** Twice what a peer reads before it says so: with less we would wait for its reports, and not for its link. */
const MIN_BYTES = 65_536;

/** What a connection may take of the memory of kernels: about what Linux lets two buffers grow to. */
const MAX_BYTES = 8_388_608;

/** A PING behind a full window should be answered about so much later than on an empty path. */
const AIM_MS = 1_000;

/** What lay on the way at one moment at which the window held us back: how long until it is read? */
interface Sample {
  readonly at: Instant;
  /** What the peer had told to have read then. */
  readonly from: number;
  /** The end of what had been put. */
  readonly to: number;
}

/**
 * One connection's bound on the bytes that are put and not known to be read. Positions are counts of bytes since the
 * connection began, preamble included; sizes are bytes. No I/O, no clock: time comes in, and may stand still or jump (L13).
 *
 * The bound holds for DATA and RESULT, which are gated by {@link isOpen}; whatever else is sent goes at any time, and moves
 * the position, too. What lies on the way is at most the window and one frame.
 *
 * The window begins with 256 KiB and follows the rate at which the peer reads, so that it stands for about one second of it
 * beyond the round trip. The round trip is in it because a window cannot be read faster than once in each: its rate is size / RTT,
 * and if the next size were one second of that, a path of more than one second would shrink the window, and with it the
 * rate, and so on down to the minimum. With it the next size is size x (1 s + RTT) / RTT, always more, until the rate is the link's.
 */
export class SendWindow {
  #size = FIRST_BYTES;
  #read = 0;
  /** The end of the last DATA or RESULT. */
  #gatedEnd = 0;
  #sample: Sample | undefined;

  /** Where the last turn ended. */
  #turnEnd: number;
  /** A frame that found nothing gated before it: it was put behind this position, in a turn that ended at that time. */
  #scoutFrom: number | undefined;
  #scoutAt: Instant | undefined;
  /** The shortest way of a scout, and of the report back. */
  #pathMs = Number.POSITIVE_INFINITY;

  /** Of a connection that has put so many bytes for its handshake. */
  constructor(position: number) {
    this.#turnEnd = position;
  }

  /** Bytes that may lie on the way before DATA and RESULT are held back: 64 KiB to 8 MiB. */
  get size(): number {
    return this.#size;
  }

  /**
   * Whether one more DATA or RESULT may be put where `position` bytes have been: while less than the window is unread, or
   * while every DATA and RESULT is read. A peer reports what it reads of them, but owes no report of a thousand PONGs.
   */
  isOpen(position: number): boolean {
    return position - this.#read < this.#size || this.#gatedEnd <= this.#read;
  }

  /** A DATA or RESULT has been put, and ends at this position. */
  handlePut(position: number): void {
    if (this.#gatedEnd <= this.#read) {
      this.#scoutFrom = this.#turnEnd;
      this.#scoutAt = undefined;
    }
    this.#gatedEnd = position;
  }

  /** A turn is over, whatever it was for: a sample begins where the window is what holds us back, and is void where it is not. */
  handleTurn(position: number, now: Instant): void {
    this.#turnEnd = position;
    if (this.#scoutFrom !== undefined) this.#scoutAt ??= now;
    // Where the window is open, the application was slow, or the peer's credit small: this says nothing of the path.
    if (this.isOpen(position)) this.#sample = undefined;
    else this.#sample ??= { at: now, from: this.#read, to: position };
  }

  /**
   * The peer has read so many bytes of the `position` that we have put. `minRttMs` is the shortest round trip that PINGs have
   * measured, if any.
   *
   * @throws ProtocolError if it has read more than that, or fewer than it had before.
   */
  handleRead(read: number, position: number, now: Instant, minRttMs: number = Number.POSITIVE_INFINITY): void {
    if (read > position) throw new ProtocolError(`${read} bytes were read, where ${position} had been sent`);
    if (read < this.#read) throw new ProtocolError(`${read} bytes were read, where ${this.#read} had been before`);
    // What was told again, beside something else, is no progress: it may not end a sample.
    if (read === this.#read) return;
    this.#read = read;
    this.#measurePath(now);
    this.#measureRate(now, AIM_MS + finite(Math.min(this.#pathMs, minRttMs)));
  }

  /**
   * PINGs alone would not do: a connection that is busy from its first second on has no silence and so no PING; and a PING that
   * is asked for then measures the window before it. The first report of a scout's turn is 32 KiB behind its beginning
   * at most, so that the window is larger by those at most, whatever the rate.
   */
  #measurePath(now: Instant): void {
    if (this.#scoutFrom === undefined || this.#scoutAt === undefined || this.#read <= this.#scoutFrom) return;
    const ms = now - this.#scoutAt;
    if (ms > 0 && ms < this.#pathMs) this.#pathMs = ms;
    this.#scoutFrom = undefined;
  }

  /**
   * A sample is complete when all that lay on the way is read. That takes a whole round trip at least, so that reports
   * which come in a bunch do not look like a fast link. Where it takes twice the time aimed at, that is all there is to
   * know: a link that has become slow is not filled for a minute more before it is believed.
   */
  #measureRate(now: Instant, aimMs: number): void {
    if (this.#sample === undefined) return;
    const { at, from, to } = this.#sample;
    const elapsedMs = finite(now - at); // 0 is an endless rate, which doubles the window as any high one does
    if (this.#read < to && elapsedMs < 2 * aimMs) return;
    this.#sample = undefined;
    this.#resize(Math.round(((this.#read - from) / elapsedMs) * aimMs));
  }

  /** Doubled or halved at most: a single sample may lie, of a stall or of a buffer that was emptied at once, and the next one puts it right. */
  #resize(target: number): void {
    const smallest = Math.max(MIN_BYTES, this.#size / 2);
    const largest = Math.min(MAX_BYTES, this.#size * 2);
    this.#size = Math.min(Math.max(target, smallest), largest);
  }
}

/** A time that clocks can have measured: no NaN, nothing negative or endless (L13). */
function finite(ms: number): number {
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
