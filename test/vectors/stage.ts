/** Plays one conversation: it is the peer, the application and the clock of the end under test, and compares what that end does. */

import type { Frame } from '@systole/core';
import { msgpackCodec, NotHandledError, SystoleError } from '@systole/core';
import type { LiveSession } from '@systole/core/internal';
import { ManualClock } from '@systole/testing';
import { expect } from 'vitest';
import type { Conversation, Outcome, Sketch, Step } from './conversation.ts';
import { bytesFrom } from './conversation.ts';
import { ClientHouse, Household, ServerHouse } from './house.ts';
import type { Written } from './line.ts';
import { Line } from './line.ts';

const codec = msgpackCodec();

/** A message that our handler has, and how it answers. */
interface Handling {
  readonly at: number;
  readonly value: unknown;
  readonly answer: (outcome: Outcome) => void;
}

/** See the head of the file. */
export class Stage {
  readonly #clock = new ManualClock();
  readonly #household: Household;
  readonly #house: ClientHouse | ServerHouse;
  readonly #steps: readonly Step[];
  readonly #lines: Line[] = [];
  readonly #handled: Handling[] = [];
  #answering: Handling | undefined;
  readonly #settled: Map<string, Outcome & { readonly at: number }> = new Map();
  #sent = 0;

  constructor({ end, steps }: Conversation) {
    this.#household = new Household(this.#clock, end, (message) => this.#handle(message));
    this.#house = end.role === 'client' ? new ClientHouse(this.#household) : new ServerHouse(this.#household);
    this.#steps = steps;
  }

  async play(): Promise<void> {
    for (const step of this.#steps) {
      await this.#advance(step.at);
      try {
        this.#perform(step);
      } catch (error) {
        (error as Error).message = `at ${step.at}: ${(error as Error).message}\n${JSON.stringify(step)}`;
        throw error;
      }
      await this.#clock.settle();
    }
    this.#expectNothingLeft();
    expect(this.#handled, 'messages that no step has expected').toEqual([]);
    expect(this.#settled.size, 'messages that have an outcome').toBe(this.#sent);
  }

  /** Time passes only when everything before was expected; and what comes of it then is dated. */
  async #advance(to: number): Promise<void> {
    const ms = to - this.#clock.now();
    if (ms <= 0) return;
    this.#expectNothingLeft();
    await this.#clock.advanceAsync(ms);
  }

  #expectNothingLeft(): void {
    for (const line of this.#lines) expect(line.written.filter(isNoAck), 'written, and not expected').toEqual([]);
  }

  #perform(step: Step): void {
    const { connection = 1 } = step;
    if (step.begins) return this.#begin();
    if ('sends' in step) return this.#send(step.message ?? '', step.sends);
    if (step.settles !== undefined) return this.#expectSettled(step.settles, step);
    if (step.handles !== undefined) return this.#expectHandled(step);
    if (step.answers !== undefined) return this.#answering?.answer(step);
    if (step.closes !== undefined) return void this.#session.close(step.closes);
    const line = this.#lines[connection - 1];
    if (line === undefined) throw new Error(`connection ${connection} has not begun`);
    if (step.reads !== undefined) return step.reads === 'fin' ? line.receiveFin() : line.receive(bytesFrom(step.reads));
    if (step.writes !== undefined) return this.#expectWritten(line, step);
    if (step.cut) return line.cut();
    expect(this.#household.endings.get(line)).toBe(step.ends);
    expect(line.isGone).toBe(true);
  }

  #begin(): void {
    const line = new Line(this.#clock);
    this.#lines.push(line);
    this.#house.begin(line);
  }

  get #session(): LiveSession {
    const session = this.#house instanceof ClientHouse ? this.#house : this.#house.newest;
    if (session === undefined) throw new Error('there is no session yet');
    return session;
  }

  // What the application does, and is told.

  #handle(value: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const answer = ({ value: result, failure }: Outcome): void => {
        if (failure === undefined) return resolve(result);
        reject(Object.assign(new Error(failure[1]), { code: failure[0] }));
      };
      this.#handled.push({ at: this.#clock.now(), value, answer });
    });
  }

  #send(message: string, value: unknown): void {
    this.#sent += 1;
    const settle = (outcome: Outcome): void => void this.#settled.set(message, { at: this.#clock.now(), ...outcome });
    void this.#session.send(value).then(
      (result) => settle(result === undefined ? {} : { value: result }),
      (error) => settle(outcomeOf(error)),
    );
  }

  #expectHandled({ at, value }: Step): void {
    const handling = this.#handled.shift();
    expect({ at: handling?.at, value: handling?.value }).toEqual({ at, value });
    this.#answering = handling;
  }

  #expectSettled(message: string, { at, value, failure, handedBack }: Step): void {
    expect(this.#settled.get(message)).toEqual({ at, value, failure, handedBack });
  }

  // What is written.

  #expectWritten({ written }: Line, { at, writes = [], optional }: Step): void {
    for (const expected of writes) {
      const index = written.findIndex((each) => isNoAck(each) || isLike(each, expected));
      const [found] = index < 0 ? [undefined] : written.slice(index);
      if (found !== undefined && isLike(found, expected)) written.splice(0, index + 1);
      else if (optional) continue;
      else if (isMessage(expected)) this.#expectMessage(written, expected);
      else expect(found?.frame ?? found?.bytes, 'written').toEqual(expected);
      if (found !== undefined) expect(found.at).toBe(at);
    }
  }

  /** All parts of it, in whatever sizes; it may have begun earlier. */
  #expectMessage(written: Written[], { number, payload = '' }: Sketch): void {
    const parts: Uint8Array[] = [];
    for (;;) {
      const frame = written.shift()?.frame;
      if (frame?.type === 'ack') continue;
      if (frame?.type !== 'data' || frame.number !== number) throw new Error(`message ${number} is not whole`);
      parts.push(frame.payload);
      if (frame.part === 'whole' || frame.part === 'last') break;
    }
    expect(Buffer.concat(parts).toString('hex')).toBe(bytesFrom(payload).toString('hex'));
  }
}

function isNoAck({ frame }: Written): boolean {
  return frame?.type !== 'ack';
}

function isMessage(expected: string | Sketch): expected is Sketch & { readonly type: 'data' } {
  return typeof expected !== 'string' && expected.type === 'data';
}

/** Whether it is these bytes, or a frame with at least these fields. */
function isLike({ bytes, frame }: Written, expected: string | Sketch): boolean {
  if (typeof expected === 'string') return bytes === expected.replaceAll(' ', '');
  if (frame === undefined || isMessage(expected)) return false;
  const { fields, ...own } = expected;
  return contains(frame, own) && (fields === undefined || contains(mapOf(frame), fields));
}

function mapOf(frame: Frame): unknown {
  return frame.type === 'hello' || frame.type === 'welcome' ? codec.decode(frame.body) : {};
}

function contains(whole: unknown, part: object): boolean {
  return (expect.objectContaining(part) as { asymmetricMatch: (other: unknown) => boolean }).asymmetricMatch(whole);
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof NotHandledError) return { failure: [error.peerCode, error.peerText] };
  const code = error instanceof SystoleError ? error.code : String(error);
  if (code === 'ERR_IN_DOUBT') return { handedBack: 'in-doubt' };
  if (code === 'ERR_CLOSED') return { handedBack: 'not-handled' };
  if (code === 'ERR_TOO_LARGE') return { handedBack: 'too-large' };
  throw error;
}
