/** The generator: whole conversations, lawful ones and such that go wrong somewhere. */

import { ByteWriter } from './byte-writer.ts';
import type { Chance } from './chance.ts';
import type { Manner, Numbers } from './frames.ts';
import { putAnyFrame, putClose } from './frames.ts';
import { putGreeting, putPreamble } from './greeting.ts';
import type { Act, Handler, Input, Role, Step, TargetName } from './input.ts';
import { HANDLERS } from './input.ts';
import { recut } from './recut.ts';
import { putValue } from './values.ts';

/** Durations at which our rules do something: spacing, interval, idle, deadlines, windows. */
const WAITS: readonly number[] = [0, 1, 10, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 130_000];

/** What our application and our kernel do under a lawful peer, and what else happens to any other. */
const LAWFUL_ACTS: readonly Act[] = ['send', 'send-much', 'post', 'verify', 'answer', 'fail', 'stuff', 'drain'];
const ALL_ACTS: readonly Act[] = [...LAWFUL_ACTS, 'close', 'destroy', 'stall', 'fin', 'reset', 'dial'];

/** What a peer may send of messages before it hears from us: one of the largest, and what it costs. */
const CREDIT = 2_176;
/** Of the eight that we take at once. */
const PINGS = 4;

/** Bodies are small, and one is made at a time. */
const scratch = new ByteWriter();
const out = new ByteWriter();

/** An input for this target. */
export function converse(chance: Chance, target: TargetName): Input {
  const role: Role = target === 'server' || chance.oneIn(2) ? 'server' : 'client';
  const handler = chance.pick(HANDLERS);
  const deviation = chance.oneIn(4) ? 0 : chance.pick([3, 10, 40]);
  const talk = new Talk(chance, role, handler, deviation);
  if (target === 'decoder') talk.speak(chance.between(1, 8));
  else talk.hold(target);
  const isLawful = deviation === 0 && target === 'session';
  return { target, role, handler, steps: recut(chance, talk.steps), isLawful };
}

/** One conversation as it grows. */
class Talk {
  readonly steps: Step[] = [];
  readonly #manner: Manner;
  readonly #role: Role;
  readonly #handler: Handler;

  constructor(chance: Chance, role: Role, handler: Handler, deviation: number) {
    this.#manner = { chance, deviation, numbers: beginning(), scratch };
    this.#role = role;
    this.#handler = handler;
  }

  get #chance(): Chance {
    return this.#manner.chance;
  }

  /** From the preamble to the end. */
  hold(target: TargetName): void {
    this.#greet(1);
    if (target === 'handshake') return this.#waitForVerdict();
    for (let count = this.#chance.between(1, 10); count > 0; count -= 1) this.#go();
    if (this.#chance.oneIn(4)) this.#part();
  }

  /** Nothing but frames, and a value that is meant to be one. */
  speak(frames: number): void {
    for (let count = frames; count > 0; count -= 1) {
      if (this.#chance.oneIn(12)) putClose(out, this.#manner);
      else putAnyFrame(out, this.#manner);
      this.#say();
    }
    if (!this.#chance.oneIn(3)) return;
    putValue(scratch, this.#chance);
    const payload = scratch.take();
    out
      .number(3 + payload.length)
      .put(0x05, 0x01, 0x00)
      .append(payload);
    this.#say();
  }

  #greet(epoch: number): void {
    const { chance, deviation, numbers } = this.#manner;
    // Another connection goes on with the session, mostly.
    const goesOn = epoch > 1 && !chance.oneIn(4);
    const [session, token] = goesOn ? ['s1', `t${epoch - 1}`] : ['', this.#role === 'client' ? 't1' : ''];
    const standing = goesOn
      ? { received: chance.below(numbers.sent + 1), settled: chance.below(numbers.data) }
      : { received: 0, settled: 0 };
    putPreamble(out, chance, 8 * deviation);
    this.#say();
    putGreeting(out, chance, deviation, this.#role, { session, token, epoch, ...standing }, scratch);
    this.#say();
    this.steps.push({ wait: 1 });
  }

  /** Our side judges, and time may be over. */
  #waitForVerdict(): void {
    const { deviation } = this.#manner;
    for (let count = this.#chance.below(4); count > 0; count -= 1) {
      const what = this.#chance.below(5);
      if (what === 0) this.steps.push({ wait: this.#chance.pick(WAITS) });
      else if (what === 1) this.steps.push({ act: this.#chance.pick(['answer', 'fail', 'fin', 'reset']) });
      else if (what === 2) putClose(out, this.#manner);
      else if (deviation > 0 || what === 3) putAnyFrame(out, this.#manner);
      this.#say();
    }
  }

  #go(): void {
    const chance = this.#chance;
    switch (chance.below(6)) {
      case 0:
        return this.#pass(chance.pick(WAITS));
      case 1:
      case 2:
        return this.#act();
      default:
        putAnyFrame(out, this.#manner);
        return this.#say();
    }
  }

  #pass(ms: number): void {
    this.steps.push({ wait: ms });
    // By now it has heard from us, but for what a handler still has.
    if (this.#handler !== 'slow') this.#manner.numbers.credit = CREDIT;
  }

  #act(): void {
    const { chance, deviation, numbers } = this.#manner;
    const act = chance.pick(deviation === 0 ? LAWFUL_ACTS : ALL_ACTS);
    this.steps.push({ act });
    if (act === 'send' || act === 'send-much' || act === 'post') numbers.sent += 1;
    if (act === 'dial') this.#greet(this.#count('dial') + 1);
  }

  #count(act: Act): number {
    return this.steps.filter((step) => 'act' in step && step.act === act).length;
  }

  /** A goodbye, or what comes instead of one. */
  #part(): void {
    putClose(out, this.#manner);
    this.#say();
    this.steps.push({ act: this.#chance.pick(['fin', 'reset', 'close', 'drain']) }, { wait: 5_000 });
  }

  #say(): void {
    if (out.length > 0) this.steps.push({ bytes: out.take() });
  }
}

function beginning(): Numbers {
  return { data: 1, ping: 1, sent: 0, result: 1, credit: CREDIT, pings: PINGS };
}
