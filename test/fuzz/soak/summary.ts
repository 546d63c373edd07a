/** What is told of a soak in the end, and which promises were broken. */

import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks/all.ts';
import type { Letters } from './correspondence.ts';
import type { Weight } from './gauge.ts';
import type { Ends } from './ledger.ts';
import { GONE, LAWFUL } from './ledger.ts';
import type { Mood, Sight, Tally } from './orders.ts';
import type { Pace, SoakOptions } from './plan.ts';
import { boundMs } from './plan.ts';

/** Both ends, just when a phase was over. */
export interface Phase {
  readonly mood: Mood;
  readonly sight: Sight;
}

/** All that is known of a soak. */
export interface Soak {
  readonly options: SoakOptions;
  readonly pace: Pace;
  readonly calm: Phase;
  readonly attack: Phase;
  /** When the attackers are gone, and all letters are answered. */
  readonly after: Phase;
  readonly tallies: readonly Tally[];
  /** Of the server at the end of the calm, and when all is over. */
  readonly before: Weight;
  readonly last: Weight;
}

/** An attack and what came of it. */
export interface Score extends Tally {
  readonly ends: Readonly<Record<string, number>>;
}

/** The last line of a soak. */
export interface Summary extends Soak {
  readonly scores: readonly Score[];
  /** Lawful sessions that were judged, or have lost their connection. */
  readonly disturbed: number;
  /** Letters that were not acknowledged, or not handled exactly once. */
  readonly astray: number;
  /** Which promises were broken; none if it is `ok`. */
  readonly findings: readonly string[];
  readonly ok: boolean;
}

/**
 * What the server may keep of heap and buffers: 8 MiB of memory for messages, which a process keeps to use again, and what the
 * engine learns when code runs for the first time.
 */
export const KEPT_BYTES: number = 12 * 2 ** 20;

/**
 * The process itself may stay as large as its heap and buffers once were, and this much larger: the allocator below them gives back
 * whole pages only, and keeps most of them for the next time.
 */
export const KEPT_RSS_BYTES: number = 32 * 2 ** 20;

/** Causes with codes that strangers can bring about: so many lines a second may be written of them, however many they are. */
const MAX_KINDS = 24;

/** That the attacker itself is gone explains itself: all go in the end. */
const SELF_EXPLAINED = ['reset', 'eof'];

/** Judges a soak. */
export function summarize(soak: Soak): Summary {
  const { tallies, after } = soak;
  const scores = tallies.map((tally) => ({ ...tally, ends: after.sight.ends[tally.name] ?? {} }));
  const disturbed = disturbedOf(soak);
  const astray = astrayOf(after.mood.letters, after.sight.letters);
  const findings = [
    ...when(disturbed > 0, `${disturbed} lawful sessions were disturbed: ${JSON.stringify(after.mood.troubles)}`),
    ...when(astray > 0, `${astray} letters went astray: ${describeLetters(soak)}`),
    ...findSilence(soak),
    ...scores.flatMap((score) => judgeScore(score)),
    ...findUnaccounted(tallies, after.sight.ends),
    ...findLeftovers(soak),
    ...findKept(soak),
    ...findChatter(soak),
  ];
  return { ...soak, scores, disturbed, astray, findings, ok: findings.length === 0 };
}

function when(holds: boolean, finding: string): string[] {
  return holds ? [finding] : [];
}

/** As they see it themselves, or as the server does, whoever saw more. */
function disturbedOf({ after: { mood, sight } }: Soak): number {
  return Math.max(sumOf(mood.troubles), sumOf(sight.ends[LAWFUL] ?? {}));
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Of both directions. */
function astrayOf(ours: Letters, theirs: Letters): number {
  const lost = (from: Letters, to: Letters): number =>
    Math.max(Math.abs(from.sent - from.acknowledged), Math.abs(from.sent - to.handled));
  return lost(ours, theirs) + lost(theirs, ours) + sumOf(ours.flaws) + sumOf(theirs.flaws);
}

function describeLetters({ after: { mood, sight } }: Soak): string {
  return JSON.stringify({ clients: mood.letters, server: sight.letters });
}

/** A phase without letters would prove nothing; nor may one be longer under way than a verdict takes. */
function findSilence({ pace, calm, attack }: Soak): string[] {
  return Object.entries({ calm, attack }).flatMap(([name, { mood }]) => {
    const { count, max } = mood.roundTrips;
    return [
      ...when(count === 0, `no letter was answered in the phase ${name}`),
      ...when(max > boundMs(pace), `a letter of the phase ${name} took ${Math.round(max)} ms`),
    ];
  });
}

/** Whether every connection of an attack was answered as it deserves. */
function judgeScore({ name, tried, breaches, ends }: Score, attacks: readonly Attack[] = ATTACKS): string[] {
  const attack = attacks.find((one) => one.name === name);
  const { deserves = [], explained = [] } = attack ?? {};
  const seen = Object.keys(ends);
  const expected = [...deserves, ...explained, ...SELF_EXPLAINED];
  return [
    ...when(tried === 0, `${name} was not tried`),
    ...breaches.map((breach) => `${name}: ${breach}`),
    ...unmet(deserves, ends).map((end) => `${name} never met ${end}`),
    ...seen
      .filter((end) => !expected.some((other) => isKindOf(end, other)))
      .map((end) => `${name} met ${end} ${ends[end]} times, which nothing explains`),
  ];
}

/** Whether every attack has met all that it deserves. */
export function isAnswered(ends: Ends): boolean {
  return ATTACKS.every(({ name, deserves }) => unmet(deserves, ends[name] ?? {}).length === 0);
}

function unmet(deserved: readonly string[], ends: Readonly<Record<string, number>>): readonly string[] {
  return deserved.filter((end) => !Object.keys(ends).some((other) => isKindOf(other, end)));
}

/** `rejected flapping` is a kind of `rejected`. */
function isKindOf(end: string, kind: string): boolean {
  return end === kind || end.startsWith(`${kind} `);
}

/** Each connection that was made must have ended once. */
function findUnaccounted(tallies: readonly Tally[], ends: Ends): string[] {
  const tried = tallies.reduce((sum, tally) => sum + tally.tried, 0);
  const known = new Set([...tallies.map(({ name }) => name), GONE, LAWFUL]);
  const strangers = Object.keys(ends).filter((who) => !known.has(who));
  const ended = Object.entries(ends).reduce((sum, [who, counts]) => (who === LAWFUL ? sum : sum + sumOf(counts)), 0);
  return [
    ...when(tried !== ended, `${tried} connections attacked, and ${ended} have ended`),
    ...strangers.map((who) => `${who} came from nowhere`),
  ];
}

/** What we hold ourselves. */
export function ownedBytes({ heap, external }: Weight): number {
  return heap + external;
}

function findLeftovers({ options, after: { sight } }: Soak): string[] {
  const { arrivals, sessions, parked } = sight;
  const isRight = arrivals === 0 && parked === 0 && sessions === options.lawful;
  return when(!isRight, `left over: ${arrivals} arrivals, ${parked} parked, ${sessions - options.lawful} sessions`);
}

function findKept({ before, attack, last }: Soak): string[] {
  const { peak } = attack.sight.glance;
  const kept = ownedBytes(last) - ownedBytes(before);
  const keptRss = last.rss - before.rss;
  return [
    ...when(kept > KEPT_BYTES, `the server has kept ${kept} bytes of heap and buffers`),
    ...when(
      keptRss > ownedBytes(peak) - ownedBytes(before) + KEPT_RSS_BYTES,
      `the process of the server is ${keptRss} bytes larger, and it has never held so much`,
    ),
    ...when(last.files > before.files, `the server has kept ${last.files - before.files} file descriptors`),
  ];
}

/** What strangers can have written to the log: they are many, and it must not grow with them. */
function findChatter({ pace, attack }: Soak): string[] {
  const lines = attack.sight.lines['warn: connection rejected'] ?? 0;
  const most = MAX_KINDS * (pace.attackMs / 1_000 + 1);
  return when(lines > most, `${lines} lines were logged of rejected connections, more than ${most}`);
}
