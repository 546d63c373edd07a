/** One soak: calm, attack, calm again, and then the reckoning. */

import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from '../../support/in-time.ts';
import { Program } from '../../support/program.ts';
import type { Weight } from './gauge.ts';
import type {
  AttackersConfig,
  FromAttackers,
  FromLawful,
  FromServer,
  LawfulConfig,
  ServerConfig,
  Sight,
  ToAttackers,
  ToLawful,
  ToServer,
} from './orders.ts';
import type { Pace, SoakOptions } from './plan.ts';
import { boundMs, paceOf, RESUME_MS } from './plan.ts';
import type { Phase, Soak } from './summary.ts';
import { isAnswered } from './summary.ts';

/** Hears what begins. */
export type Report = (text: string) => void;

/** Several times what starting, settling and parting take on a busy machine. */
const PATIENCE_MS = 90_000;

/** Where the machine does not let us run, the attack lasts longer, until every one was answered: so many times as long at most. */
const MAX_STRETCH = 3;

/** The server is looked at so often, until it has got rid of the attackers. */
const LOOK_EVERY_MS = 250;

/** @throws Error if a process ends, or does not come to an end. */
export async function run(options: SoakOptions, report: Report): Promise<Soak> {
  await using arena = new Arena(paceOf(options), options);
  return await inTime(arena.soak(report), MAX_STRETCH * options.seconds * 1_000 + PATIENCE_MS);
}

/** The processes of a soak. None outlives it. */
class Arena implements AsyncDisposable {
  readonly #pace: Pace;
  readonly #options: SoakOptions;
  readonly #server: Program<FromServer, ToServer>;
  readonly #programs: AsyncDisposable[] = [];

  constructor(pace: Pace, options: SoakOptions) {
    this.#pace = pace;
    this.#options = options;
    this.#server = this.#start<FromServer, ToServer>('server-end', {
      pace,
      isWatching: true,
      limits: {},
    } satisfies ServerConfig);
  }

  async soak(report: Report): Promise<Soak> {
    const [options, pace] = [this.#options, this.#pace];
    const { ports } = await this.#server.next('listening');
    const config: LawfulConfig = { port: ports.plain, count: options.lawful, pace };
    const lawful = this.#start<FromLawful, ToLawful>('lawful-end', config);
    const { sessions } = await lawful.next('connected');
    // What connecting has cost is not looked at.
    await this.#look(lawful);
    await this.#weigh();
    report(`calm: ${options.lawful} lawful sessions, ${Math.round(pace.calmMs)} ms`);
    await sleep(pace.calmMs);
    const calm = await this.#look(lawful);
    const before = await this.#weigh();

    report(`attack: ${options.attackers} attackers, ${Math.round(pace.attackMs)} ms`);
    const attackers = this.#start<FromAttackers, ToAttackers>('attackers-end', {
      ...{ ports, count: options.attackers, seed: options.seed, sessions },
    } satisfies AttackersConfig);
    await sleep(pace.attackMs);
    await this.#untilAnswered((MAX_STRETCH - 1) * pace.attackMs);
    const attack = await this.#look(lawful);
    attackers.send({ type: 'stop' });
    const { tallies } = await attackers.next('stopped');

    report('calm again');
    await this.#settle();
    const last = await this.#weigh();
    await Promise.all([this.#rest(lawful), this.#rest(this.#server)]);
    const after = await this.#look(lawful);
    await this.#part(lawful);
    return { options, pace, calm, attack, after, tallies, before, last };
  }

  #start<Out extends { readonly type: string }, In extends { readonly type: string }>(
    name: string,
    config: object,
  ): Program<Out, In> {
    const program = new Program<Out, In>(new URL(`./${name}.js`, import.meta.url), config);
    this.#programs.push(program);
    return program;
  }

  async #look(lawful: Program<FromLawful, ToLawful>): Promise<Phase> {
    lawful.send({ type: 'look' });
    const { mood } = await lawful.next('mood');
    return { mood, sight: await this.#lookAtServer() };
  }

  async #lookAtServer(): Promise<Sight> {
    this.#server.send({ type: 'look' });
    return (await this.#server.next('sight')).sight;
  }

  async #weigh(): Promise<Weight> {
    this.#server.send({ type: 'weigh' });
    return (await this.#server.next('weight')).weight;
  }

  async #untilAnswered(patienceMs: number): Promise<void> {
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += LOOK_EVERY_MS) {
      if (isAnswered((await this.#lookAtServer()).ends)) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Waits until only lawful peers are there, but not for ever: who is still there then is for the judge. */
  async #settle(): Promise<void> {
    const patienceMs = 2 * Math.max(boundMs(this.#pace), this.#pace.handshakeTimeoutMs, RESUME_MS);
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += LOOK_EVERY_MS) {
      const { arrivals, sessions, parked } = await this.#lookAtServer();
      if (arrivals === 0 && parked === 0 && sessions === this.#options.lawful) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #rest(end: Program<FromServer | FromLawful, ToServer | ToLawful>): Promise<void> {
    end.send({ type: 'rest' });
    await end.next('rested');
  }

  async #part(lawful: Program<FromLawful, ToLawful>): Promise<void> {
    lawful.send({ type: 'leave' });
    await lawful.next('left');
    this.#server.send({ type: 'leave' });
    await this.#server.next('left');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
  }
}
