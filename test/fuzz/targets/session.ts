/** Target: whole sessions of either end in virtual time, with an application that sends, verifies and closes while the peer talks. */

import { isDeepStrictEqual } from 'node:util';
import type { Frame, Session, SessionEvents } from '@systole/core';
import { msgpackCodec, SystoleError } from '@systole/core';
import type { LiveSession } from '@systole/core/internal';
import { ManualClock } from '@systole/testing';
import { ClientHouse, Household, ServerHouse } from '../../vectors/house.ts';
import { expect, Failure } from '../failure.ts';
import type { Act, Handler, Input, Role, Step } from '../input.ts';
import { Line } from './line.ts';
import { OwnStream } from './own-stream.ts';
import { Referee } from './referee.ts';
import { Story } from './story.ts';

/** Small, so that short inputs reach them. */
const CREDIT = 4_352;
const MAX_MESSAGE = 2_048;
const SETTINGS = {
  keepalive: [2_000, 500, 3],
  minPing: 1_000,
  maxMessage: MAX_MESSAGE,
  credit: CREDIT,
  resume: 120_000,
  handshakeTimeout: 10_000,
  closeTimeout: 5_000,
} as const;
/** Behind every deadline of these. */
const FOR_EVER_MS = 200_000;
/** What a peer may make a session keep: messages for the handler, and as much, or 32 KiB, of results, and the one that exceeds it. */
const MAX_COST = CREDIT + 32_768 + MAX_MESSAGE + 1_024;
/** So many events before the end tell one run from another. */
const SEEN = 5;

const codec = msgpackCodec();

/** Gives back what it has seen: the events, and the frames of our own. */
export async function runSession(input: Input): Promise<string> {
  const stage = new Stage(input);
  for (const step of input.steps) await stage.perform(step);
  return stage.finish();
}

/** A message in our handler. */
type Answer = (how: 'answer' | 'fail') => void;

class Stage {
  readonly #clock = new ManualClock();
  readonly #role: Role;
  readonly #handler: Handler;
  readonly #isLawful: boolean;
  readonly #house: ClientHouse | ServerHouse;
  readonly #stories: Map<Session, Story> = new Map();
  readonly #lines: Line[] = [];
  readonly #referee: Referee;
  /** What the handler of the first session was given. */
  readonly #handled: unknown[] = [];
  #answers: Answer[] = [];
  #sent = 0;
  /** Promises of ours that have no outcome. */
  #pending = 0;
  readonly #written: Set<string> = new Set();

  constructor({ role, handler, isLawful }: Input) {
    this.#role = role;
    this.#handler = handler;
    this.#isLawful = isLawful;
    this.#referee = new Referee(role, CREDIT);
    const household = new Household(
      this.#clock,
      { ...SETTINGS, role },
      (message, session) => this.#handle(message, session),
      (name, payload, session) => this.#handleEvent(name, payload, session),
    );
    this.#house = role === 'client' ? new ClientHouse(household) : new ServerHouse(household);
    this.#dial();
  }

  async perform(step: Step): Promise<void> {
    if ('bytes' in step) this.#receive(step.bytes);
    else if ('wait' in step) await this.#clock.advanceAsync(step.wait);
    else this.#act(step.act);
    await this.#clock.settle();
    this.#expectSound();
  }

  /** Whatever was said: what is ended is over, and leaves nothing behind. */
  async finish(): Promise<string> {
    this.#expectHandled();
    for (const { blame } of this.#isLawful ? this.#stories.values() : []) {
      expect(blame === undefined, () => `a peer that has done nothing wrong is blamed: ${blame}`);
    }
    for (const answer of this.#answers.splice(0)) answer('answer');
    await this.#clock.settle();
    for (const { session } of this.#stories.values()) session.destroy();
    if (this.#house instanceof ClientHouse) this.#house.destroy();
    await this.#clock.settle();
    await this.#clock.advanceAsync(FOR_EVER_MS);
    this.#expectSound();
    this.#expectNothingLeft();
    const told = [...this.#stories.values()].map((story) => story.told.slice(-SEEN).join(' '));
    return `${this.#role} ${this.#handler} ${[...this.#written].join(' ')}: ${told.join('; ')}`;
  }

  // What happens.

  #receive(bytes: Uint8Array): void {
    const line = this.#lines.at(-1);
    if (line === undefined || line.isGone) return;
    this.#referee.handlePosition(line.position);
    const wrong = this.#lines.length === 1 ? this.#referee.judge(bytes) : undefined;
    line.receive(bytes);
    expect(wrong === undefined || line.isGone, () => `the connection goes on behind what is wrong: ${wrong}`);
  }

  #act(act: Act): void {
    const line = this.#lines.at(-1);
    switch (act) {
      case 'fin':
        return line?.receiveFin();
      case 'reset':
        return line?.cut();
      case 'stuff':
        return line?.stuff();
      case 'drain':
        return line?.drain();
      case 'stall':
        return this.#clock.stall(3_000);
      case 'dial':
        return this.#dialAgain();
      case 'answer':
      case 'fail':
        return this.#answers.shift()?.(act);
      default:
        if (this.#session !== undefined) this.#use(this.#session, act);
    }
  }

  get #session(): LiveSession | undefined {
    return this.#house instanceof ClientHouse ? this.#house : this.#house.newest;
  }

  #use(session: LiveSession, act: Act): void {
    this.#sent += 1;
    switch (act) {
      case 'send':
        return this.#await(session.send({ number: this.#sent }));
      case 'send-much':
        return this.#await(session.send(new Uint8Array(MAX_MESSAGE)));
      case 'verify':
        return this.#await(session.verify());
      case 'close':
        return this.#await(session.close('enough'));
      case 'destroy':
        return session.destroy();
      default:
        return post(session, this.#sent);
    }
  }

  #await(promise: Promise<unknown>): void {
    this.#pending += 1;
    const settle = (error?: unknown): void => {
      this.#pending -= 1;
      expect(error === undefined || error instanceof SystoleError, () => `a call was rejected with ${error}`);
    };
    void promise.then(() => settle(), settle);
  }

  #dial(): void {
    const own = new OwnStream();
    const isFirst = this.#lines.length === 0;
    const handleFrame = (frame: Frame): void => {
      this.#written.add(frame.type);
      own.handleFrame(frame);
      if (isFirst) this.#referee.handleWritten(frame);
    };
    const line = new Line({ handleFrame });
    this.#lines.push(line);
    this.#house.begin(line);
  }

  /** A client has one connection at a time; at a server another peer may come, or the same one again. */
  #dialAgain(): void {
    const mayDial = this.#house instanceof ServerHouse || this.#house.inspect().state === 'waiting';
    if (mayDial && this.#lines.length < 8) this.#dial();
  }

  // What our application is told.

  #handle(message: unknown, session: Session): unknown {
    if (this.#stories.get(session) === [...this.#stories.values()][0]) this.#handled.push(message);
    switch (this.#handler) {
      case 'prompt':
        return message;
      case 'failing':
        throw Object.assign(new Error('it failed'), { code: 'oops' });
      case 'slow':
        return new Promise((resolve, reject) => {
          this.#answers.push((how) => (how === 'answer' ? resolve('done') : reject(new Error('it failed'))));
        });
      case 'mute':
        return undefined;
    }
  }

  #handleEvent(name: keyof SessionEvents | 'probe', payload: object, session: Session): void {
    let story = this.#stories.get(session);
    if (story === undefined) {
      story = new Story(session);
      this.#stories.set(session, story);
    }
    story.handleEvent(name, payload);
  }

  // What must hold.

  #expectSound(): void {
    for (const story of this.#stories.values()) {
      const { queuedBytes } = story.expectSound();
      const { cost } = story.session as unknown as LiveSession;
      if (cost > queuedBytes + MAX_COST) throw new Failure('growth', `a session keeps ${cost} bytes for its peer`);
    }
  }

  /** Each message once, in order; where the peer has done nothing wrong, every one of them. */
  #expectHandled(): void {
    if (this.#lines.length > 1) return;
    const came = this.#referee.messages.flatMap((payload) => decode(payload));
    const count = this.#handled.length;
    expect(count <= came.length, () => `${count} messages were handled, of ${came.length}`);
    this.#handled.forEach((message, index) => {
      // Not by their bytes: NaN has many, and which of them come back is the engine's choice.
      expect(isDeepStrictEqual(message, came[index]), () => `message ${index + 1} was handled as another one`);
    });
    const isDue = this.#isLawful && this.#handler !== 'slow';
    expect(!isDue || count === came.length, () => `${count} of ${came.length} messages were handled`);
  }

  #expectNothingLeft(): void {
    const { alarmsSet, nextAt } = this.#clock;
    expect(alarmsSet === 0 && nextAt === undefined, () => `${alarmsSet} alarms are left when all is over`);
    expect(this.#pending === 0, () => `${this.#pending} promises are left when all is over`);
    expect(
      this.#lines.every(({ isGone }) => isGone),
      'a socket is left when all is over',
    );
    for (const { hasEnded } of this.#stories.values()) expect(hasEnded, 'end was not told');
  }
}

function post(session: LiveSession, message: unknown): void {
  try {
    session.post(message);
  } catch (error) {
    if (!(error instanceof SystoleError)) throw error;
  }
}

/** The value, or none where it cannot be decoded: then the handler is not asked. */
function decode(payload: Uint8Array): unknown[] {
  try {
    return [codec.decode(payload)];
  } catch {
    return [];
  }
}
