/** One session of the fleet: the real heartbeat and its alarm, driven as a connection drives them. */

import type { Alarm, AlarmOwner, Clock, Instant, LivenessWish, SessionConfig, Terms } from '@systole/core';
import { Heartbeat } from '@systole/core/internal';
import type { PingCounter } from './ping-counter.ts';
import type { Receiver } from './virtual-loop.ts';

/** What all sessions of a fleet share. */
export interface Surroundings {
  readonly clock: Clock;
  readonly config: SessionConfig;
  readonly terms: Terms;
  readonly random: () => number;
  /** Takes the PINGs of all of them. */
  readonly outgoing: PingCounter;
  /** Hears what a session wants and has done, until the next one asks: no session needs a function of its own. */
  granter(watch: Watch): (wish: LivenessWish) => void;
}

/** Nobody pings us here. */
const noPong = (): undefined => undefined;

/** See the head of the file. What it holds beside {@link heartbeat} and its alarm stands for a connection. */
export class Watch implements AlarmOwner, Receiver {
  readonly #surroundings: Surroundings;
  /** Undefined for a peer that lives. */
  readonly diesAt: Instant | undefined;
  #heartbeat: Heartbeat | undefined;
  #alarm: Alarm | undefined;

  constructor(surroundings: Surroundings, diesAt: Instant | undefined) {
    this.#surroundings = surroundings;
    this.diesAt = diesAt;
  }

  /** The handshake is over. */
  open(): void {
    const { clock, config, terms, random } = this.#surroundings;
    this.#heartbeat = new Heartbeat(terms, config, random, clock.now());
    this.#alarm = clock.alarm(this);
    this.#turn();
  }

  get heartbeat(): Heartbeat | undefined {
    return this.#heartbeat;
  }

  handleAlarm(now: Instant): void {
    const { clock, outgoing } = this.#surroundings;
    this.#heartbeat?.liveness.handleWritten(outgoing.position);
    this.#heartbeat?.liveness.handleTimeout(now, clock.lastStall);
    this.#turn();
  }

  lookAhead(): number {
    return this.#heartbeat?.liveness.lookAhead() ?? 0;
  }

  handlePolled(now: Instant): void {
    this.#heartbeat?.liveness.handlePolled(now);
    this.#turn();
  }

  /** The PONG with this number. */
  handleArrival(number: number, now: Instant): void {
    this.#heartbeat?.liveness.handleEvidence(now);
    this.#heartbeat?.liveness.handlePong(number, now);
    this.#turn();
  }

  #turn(): void {
    const { outgoing } = this.#surroundings;
    const until = this.#heartbeat?.beat(outgoing, noPong, this.#surroundings.granter(this));
    this.#alarm?.set(until ?? Number.POSITIVE_INFINITY);
  }
}
