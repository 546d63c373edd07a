/** One siege: a fresh server, besiegers of one kind, and what it weighs before they come, while they stand there, and when they are gone. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Program } from '../../../support/program.ts';
import type { Weight } from '../gauge.ts';
import type { FromServer, ServerConfig, Sight, ToServer } from '../orders.ts';
import { paceOf } from '../plan.ts';
import type { Kind } from './kinds.ts';
import { KINDS, LIMITS } from './kinds.ts';
import type { BesiegersConfig, FromBesiegers, ToBesiegers } from './orders.ts';

/** What became of a siege. */
export interface Siege {
  readonly kind: Kind;
  readonly besiegers: number;
  /** Those that the server bore at one time. */
  readonly standing: number;
  readonly before: Weight;
  readonly during: Weight;
  readonly after: Weight;
  /** Connections that are left when all are gone. */
  readonly left: number;
}

/** Code that runs for the first time is compiled, and what is made once is made: that is no cost of each. */
const VANGUARD = 100;

const LOOK_EVERY_MS = 100;
/** The server has taken in what there is if nothing has changed at so many looks in a row. */
const STILL_LOOKS = 4;
const MAX_LOOKS = 600;

/** The server bears besiegers in the handshake for as long as it takes to weigh it. */
const HANDSHAKE_TIMEOUT_MS = 60_000;

/** @throws Error if a process ends before its time. */
export async function besiege(kind: Kind, count: number): Promise<Siege> {
  const pace = { ...paceOf({ seconds: 60 }), handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS };
  const config: ServerConfig = { pace, isWatching: false, limits: LIMITS };
  await using server = new Program<FromServer, ToServer>(new URL('../server-end.js', import.meta.url), config);
  const { ports } = await server.next('listening');
  const besiegersConfig: BesiegersConfig = { port: ports[kind.door ?? 'plain'], kind: KINDS.indexOf(kind) };
  await using besiegers = new Program<FromBesiegers, ToBesiegers>(
    new URL('./besiegers-end.js', import.meta.url),
    besiegersConfig,
  );
  await come(besiegers, VANGUARD);
  await untilStill(server);
  await leave(besiegers);
  await untilStill(server);
  const before = await weigh(server);

  await come(besiegers, count);
  const { arrivals, sessions } = await untilStill(server);
  const during = await weigh(server);

  await leave(besiegers);
  const last = await untilStill(server);
  const after = await weigh(server);
  const left = last.arrivals + last.sessions + last.parked;
  return { kind, besiegers: count, standing: arrivals + sessions, before, during, after, left };
}

async function come(besiegers: Program<FromBesiegers, ToBesiegers>, count: number): Promise<void> {
  besiegers.send({ type: 'come', count });
  await besiegers.next('standing');
}

async function leave(besiegers: Program<FromBesiegers, ToBesiegers>): Promise<void> {
  besiegers.send({ type: 'leave' });
  await besiegers.next('left');
}

async function weigh(server: Program<FromServer, ToServer>): Promise<Weight> {
  server.send({ type: 'weigh' });
  return (await server.next('weight')).weight;
}

/** Who comes is taken in, and who goes is let go, in some turns of the server's event loop. */
async function untilStill(server: Program<FromServer, ToServer>): Promise<Sight> {
  let last = '';
  let stillLooks = 0;
  for (let looks = 1; ; looks += 1) {
    server.send({ type: 'look' });
    const { sight } = await server.next('sight');
    const { arrivals, sessions, parked, bytesIn } = sight;
    const now = [arrivals, sessions, parked, bytesIn].join(' ');
    stillLooks = now === last ? stillLooks + 1 : 0;
    last = now;
    if (stillLooks === STILL_LOOKS) return sight;
    if (looks === MAX_LOOKS) throw new Error(`the server never came to rest: ${now}`);
    await sleep(LOOK_EVERY_MS);
  }
}
