/** One direction of one connection: takes what its sender sends, and passes it on as its condition allows. */

import type { Socket } from 'node:net';
import type { Alarm, AlarmOwner, Clock, Instant } from '@systole/core';
import { type Condition, type Passage, passageOf } from './condition.ts';
import type { Ending } from './faults.ts';
import { Pacer } from './pace.ts';
import { reset } from './reset.ts';

/** A direction at one moment. */
export interface FlowSnapshot {
  /** What is done to it now. */
  readonly condition: Condition;
  /** Bytes that its receiver's kernel has taken. */
  readonly passedBytes: number;
  /** Bytes that the proxy has read and not passed on. */
  readonly heldBytes: number;
  /** How it has ended for its receiver; undefined while it has not. `gone`: the receiver itself is gone. */
  readonly ended: Ending | 'gone' | undefined;
}

/** What is read ahead of the receiver, at most, but for one more chunk. */
const READ_AHEAD_BYTES = 64 * 2 ** 10;

/** What is on its way at once where there is a latency: it bounds the rate to 1 MiB for each latency. */
const IN_FLIGHT_BYTES = 2 ** 20;

/**
 * By how much a truncating RST keeps behind its bytes. An RST makes a kernel forget what it has not sent, and where both come in
 * one turn, libuv takes the RST for an end: a receiver that reads has read by then.
 */
const RESET_BEHIND_MS = 50;

const NEVER = Number.POSITIVE_INFINITY;

/**
 * A queue between two sockets. At most one write is under way, and reading pauses while the queue is full: so memory is
 * bounded, and the sender feels how fast its receiver reads.
 */
export class Flow implements AlarmOwner {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  #source: Socket | undefined;
  #sink: Socket | undefined;
  #condition: Condition;
  #passage: Passage;
  #pacer: Pacer | undefined;
  #queue: { bytes: Uint8Array; readonly arrivedAt: Instant }[] = [];
  #heldBytes = 0;
  #passedBytes = 0;
  #passedAt: Instant = Number.NEGATIVE_INFINITY;
  #finArrivedAt: Instant | undefined;
  #resetArrivedAt: Instant | undefined;
  #isWriting = false;
  #limit: { bytes: number; readonly ending: Ending } | undefined;
  #ended: FlowSnapshot['ended'];

  constructor(clock: Clock, condition: Condition) {
    this.#clock = clock;
    this.#alarm = clock.alarm(this);
    this.#condition = condition;
    this.#passage = passageOf(condition);
    this.#pacer = this.#passage.pace && new Pacer(this.#passage.pace);
  }

  /** Both ends are there: from now on bytes pass. */
  start(source: Socket, sink: Socket): void {
    this.#source = source;
    this.#sink = sink;
    source.on('data', (chunk: Uint8Array) => this.#handleData(chunk));
    source.on('end', () => this.#handleFin());
    this.#step();
  }

  set condition(condition: Condition) {
    this.#condition = condition;
    this.#passage = passageOf(condition);
    this.#pacer = this.#passage.pace && new Pacer(this.#passage.pace);
    this.#step();
  }

  get condition(): Condition {
    return this.#condition;
  }

  /** Ends it for its receiver, now; or at once when it starts. */
  end(ending: Ending): void {
    if (this.#ended === 'reset') return;
    this.#limit = { bytes: 0, ending };
    if (this.#sink !== undefined) this.#end(ending, this.#sink);
  }

  /** Passes so many more bytes, then ends. */
  truncate(bytes: number, ending: Ending): void {
    this.#limit = { bytes, ending };
    this.#step();
  }

  /** The sender has vanished with an RST, or as good as: the receiver is told as soon as the condition lets it. */
  handleSourceReset(): void {
    this.#resetArrivedAt ??= this.#clock.now();
    this.#step();
  }

  /** Its receiver is gone, or is not to be told any more: what still comes is thrown away. */
  abandon(): void {
    if (this.#ended !== 'reset') this.#stop('gone');
  }

  handleAlarm(): void {
    this.#step();
  }

  inspect(): FlowSnapshot {
    const { condition } = this;
    return { condition, passedBytes: this.#passedBytes, heldBytes: this.#heldBytes, ended: this.#ended };
  }

  #handleData(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    this.#queue.push({ bytes, arrivedAt: this.#clock.now() });
    this.#heldBytes += bytes.length;
    this.#step();
  }

  #handleFin(): void {
    this.#finArrivedAt = this.#clock.now();
    this.#step();
  }

  /** Does what is due, and sets the alarm for what is due next. */
  #step(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    const now = this.#clock.now();
    const resetDueAt = this.#resetDueAt();
    const dataDueAt = this.#dataDueAt(now);
    if (resetDueAt <= now) this.#end('reset', sink);
    else if (dataDueAt > now) this.#wait(Math.min(resetDueAt, dataDueAt));
    else this.#pass(now, sink);
    this.#regulate();
  }

  /** An RST waits behind nothing: in the receiver's kernel, too, it overtakes what has not been read. */
  #resetDueAt(): Instant {
    if (this.#resetArrivedAt === undefined || this.#passage.kind === 'blackholed') return NEVER;
    if (this.#ended === 'reset' || this.#ended === 'gone') return NEVER;
    return this.#resetArrivedAt + this.#passage.latencyMs;
  }

  #dataDueAt(now: Instant): Instant {
    if (this.#ended !== undefined || this.#isWriting) return NEVER;
    if (this.#limit?.bytes === 0) return this.#limitDueAt(this.#limit.ending);
    if (this.#passage.kind !== 'open') return NEVER;
    const { latencyMs } = this.#passage;
    const [head] = this.#queue;
    if (head === undefined) return (this.#finArrivedAt ?? NEVER) + latencyMs;
    const since = head.arrivedAt + latencyMs;
    if (this.#pacer === undefined || since > now) return since;
    return this.#pacer.next(head.bytes.length, since, now).at;
  }

  #limitDueAt(ending: Ending): Instant {
    return ending === 'fin' ? Number.NEGATIVE_INFINITY : this.#passedAt + RESET_BEHIND_MS;
  }

  /** Passes on what is due: a lot of bytes, or the end behind the last of them. */
  #pass(now: Instant, sink: Socket): void {
    const [head] = this.#queue;
    if (this.#limit?.bytes === 0) return this.#end(this.#limit.ending, sink);
    if (head === undefined) return this.#end('fin', sink);
    const { length } = head.bytes;
    const lot = this.#pacer?.next(length, head.arrivedAt, now).bytes ?? length;
    const count = Math.min(lot, this.#limit?.bytes ?? lot);
    const bytes = head.bytes.subarray(0, count);
    if (count === length) this.#queue.shift();
    else head.bytes = head.bytes.subarray(count);
    this.#pacer?.depart();
    if (this.#limit !== undefined) this.#limit.bytes -= count;
    this.#write(bytes, sink);
  }

  #write(bytes: Uint8Array, sink: Socket): void {
    this.#isWriting = true;
    sink.write(bytes, (error) => {
      this.#isWriting = false;
      if (error) return; // the socket tells of its end by itself
      this.#passedBytes += bytes.length;
      this.#passedAt = this.#clock.now();
      if (this.#ended === undefined) this.#heldBytes -= bytes.length;
      this.#step();
    });
  }

  #wait(until: Instant): void {
    if (until === NEVER) this.#alarm.clear();
    else this.#alarm.set(until);
  }

  #end(ending: Ending, sink: Socket): void {
    this.#stop(ending);
    if (ending === 'reset') reset(sink);
    else sink.end();
  }

  #stop(how: Ending | 'gone'): void {
    this.#ended = how;
    this.#alarm.clear();
    this.#queue = [];
    this.#heldBytes = 0;
    this.#regulate();
  }

  /** Reads, or does not: an ended direction throws away what comes, so that its sender's end is still seen. */
  #regulate(): void {
    const room = this.#passage.latencyMs > 0 ? IN_FLIGHT_BYTES : READ_AHEAD_BYTES;
    const wants = this.#passage.kind === 'open' && this.#heldBytes < room;
    if (wants || this.#ended !== undefined) this.#source?.resume();
    else this.#source?.pause();
  }
}
