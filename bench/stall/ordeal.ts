/** What one rival goes through: its server is blocked again and again, and in the end its clients are frozen. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Duel } from '../rivals/duel.ts';
import { boundOf, heartbeatOf } from '../rivals/rival.ts';
import type { RivalName } from '../rivals/rivals.ts';
import { sharedNow } from '../support/program.ts';

interface Stall {
  readonly bounds: number;
  /** Whether answers to heartbeats lie unread, or arrive, while the server is blocked. */
  readonly isAnswering: boolean;
}

export const STALLS = {
  '0.75 bounds': { bounds: 0.75, isAnswering: false },
  '2 bounds': { bounds: 2, isAnswering: false },
  '0.75, answers unread': { bounds: 0.75, isAnswering: true },
  '2, answers unread': { bounds: 2, isAnswering: true },
} as const satisfies Readonly<Record<string, Stall>>;

export type StallName = keyof typeof STALLS;

export const STALL_NAMES = Object.keys(STALLS) as readonly StallName[];

/** What has come of one. */
interface Blocked {
  readonly lastedMs: number;
  /** Heartbeats that were answered while the server was blocked. */
  readonly answers: number;
  /** Of the connections, all of which were healthy. */
  readonly killed: number;
}

export interface Ordeal {
  readonly stalls: Readonly<Record<StallName, readonly Blocked[]>>;
  /** Of the connections whose clients were frozen. */
  readonly found: number;
}

/** Answers are held back for so much of a heartbeat's time: most connections owe one then. */
const HELD_BACK = 0.75;
/** If it became more, as the machine had no time for us, somebody may have been silent for a whole bound, and is judged rightly. */
const MAX_HELD_BACK = 0.9;
const MAX_TRIES = 5;
/** Clients are frozen for so many bounds. */
const FROZEN = 1.5;
/** What was judged is known to the clients after it. */
const SPARE_MS = 500;

export async function goThrough(
  rival: RivalName,
  connections: number,
  boundMs: number,
  rounds: number,
): Promise<Ordeal> {
  const heartbeatMs = heartbeatOf(boundMs);
  await using duel = await Duel.start({ rival, heartbeatMs });
  const stalls = Object.fromEntries(STALL_NAMES.map((name) => [name, [] as Blocked[]])) as Record<StallName, Blocked[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of STALL_NAMES) stalls[name].push(await blockHealthy(duel, STALLS[name], connections, heartbeatMs));
  }
  await recover(duel, connections, heartbeatMs);
  return { stalls, found: await freeze(duel, boundMs) };
}

/** @throws Error if the machine is too busy for it. */
async function blockHealthy(duel: Duel, stall: Stall, connections: number, heartbeatMs: number): Promise<Blocked> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    await recover(duel, connections, heartbeatMs);
    const blocked = await block(duel, stall, heartbeatMs);
    if (blocked !== undefined) return blocked;
  }
  throw new Error(`answers could not be held back for less than ${MAX_HELD_BACK * heartbeatMs} ms`);
}

/** As many as before, each of which has had a heartbeat or two. */
async function recover(duel: Duel, connections: number, heartbeatMs: number): Promise<void> {
  await duel.connect(connections - (await duel.census()).open);
  await sleep(2 * heartbeatMs);
}

/** Undefined if it would not have been healthy ones. */
async function block(duel: Duel, stall: Stall, heartbeatMs: number): Promise<Blocked | undefined> {
  await sleep(Math.random() * heartbeatMs);
  const before = await duel.census();
  // What a path does that stands still for a moment: heartbeats go out, and what answers them comes all at once.
  const frozenAt = sharedNow();
  if (stall.isAnswering) {
    duel.freezeClients();
    await sleep(HELD_BACK * heartbeatMs);
  }
  const { over } = await duel.block(stall.bounds * boundOf(heartbeatMs));
  const heldBackMs = sharedNow() - frozenAt;
  duel.thawClients();
  const { beats } = await duel.census();
  const lastedMs = await over;
  await sleep(boundOf(heartbeatMs) + SPARE_MS);
  const { open } = await duel.census();
  if (stall.isAnswering && heldBackMs > MAX_HELD_BACK * heartbeatMs) return undefined;
  return { lastedMs, answers: beats - before.beats, killed: before.open - open };
}

async function freeze(duel: Duel, boundMs: number): Promise<number> {
  const before = await duel.census();
  duel.freezeClients();
  await sleep(FROZEN * boundMs);
  duel.thawClients();
  await sleep(SPARE_MS);
  return before.open - (await duel.census()).open;
}
