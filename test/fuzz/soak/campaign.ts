/** One attack, repeated in several lanes until it is called off. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Assailant, GoneError } from './assailant.ts';
import type { Attack, Door, Raid } from './attack.ts';
import type { Tally } from './orders.ts';
import { Pacer } from './pacer.ts';
import { hostOf } from './plan.ts';

/** What all campaigns of a soak have in common. */
export interface Theatre {
  readonly ports: Readonly<Record<Door, number>>;
  readonly sessions: readonly string[];
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** See the head of the file. */
export class Campaign {
  readonly #attack: Attack;
  readonly #number: number;
  readonly #theatre: Theatre;
  readonly #pacer: Pacer;
  readonly #breaches = new Set<string>();
  #turns = 0;
  #tried = 0;

  /** `number` is that of the attack in the list. */
  constructor(attack: Attack, number: number, theatre: Theatre) {
    this.#attack = attack;
    this.#number = number;
    this.#theatre = theatre;
    this.#pacer = new Pacer(attack.perSecond);
  }

  get tally(): Tally {
    return { name: this.#attack.name, tried: this.#tried, breaches: [...this.#breaches] };
  }

  /** Attacks until the signal comes; resolves when all connections are gone. */
  async wage(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, (_, lane) => this.#follow(lane)));
  }

  async #follow(lane: number): Promise<void> {
    const host = hostOf(this.#number, lane);
    while (!this.#theatre.signal.aborted) await this.#strikeOnce(host);
  }

  async #strikeOnce(host: string): Promise<void> {
    const { signal, ports, sessions, random } = this.#theatre;
    const peers: Assailant[] = [];
    const leave = (): void => {
      for (const peer of peers) peer.leave();
    };
    const raid: Raid = {
      turn: this.#turns,
      sessions,
      random,
      connect: async (door = 'plain') => {
        await this.#pacer.turn(signal);
        const peer = await Assailant.connect(ports[door], host);
        this.#tried += 1;
        peers.push(peer);
        if (signal.aborted) peer.leave();
        return peer;
      },
      rest: (ms) => sleep(ms, undefined, { signal }),
      breach: (text) => this.#breaches.add(text),
    };
    this.#turns += 1;
    signal.addEventListener('abort', leave);
    try {
      await this.#attack.strike(raid);
    } catch (error) {
      leave();
      if (!(error instanceof GoneError) && !signal.aborted) throw error;
    }
    await Promise.all(peers.map(({ gone }) => gone));
    signal.removeEventListener('abort', leave);
  }
}
