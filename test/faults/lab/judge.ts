/** Compares what was seen of a fault with what must be told of it, and makes it a row of the table. */

import type { Evidence } from '@systole/core';
import { expect } from 'vitest';
import { lostMsWithin } from '../../support/lost-time.ts';
import type { Expectation } from './expectation.ts';
import { formatExpectation, SLACK_MS, WINDOW_MS } from './expectation.ts';
import type { Watcher } from './links.ts';
import type { Cell, Row } from './row.ts';
import type { Sighting } from './sighting.ts';

/** No fault blocks or freezes a program for less. */
const SHORTEST_STANDSTILL_MS = 1_500;

/** What bare `node:net` is told (one of these, where the kernel's timing decides), and what Systole is told. */
export interface Told {
  readonly node: string | readonly string[];
  readonly systole: Expectation;
}

/** All that the two ends have seen of one fault. */
export interface Observation {
  /** When the fault began, and when it was there: between the two the path may have been either. */
  readonly beganAt: number;
  readonly struckAt: number;
  /** By how much what was to happen then was late, on a busy machine. */
  readonly lateMs: number;
  readonly sightings: Readonly<Partial<Record<Row['side'], readonly Sighting[]>>>;
}

/** What a row is about. */
export type Subject = Pick<Row, 'fault' | 'side' | 'load'>;

/** The title of the test of a row. */
export function formatTold({ side, load }: Subject, { node, systole }: Told): string {
  return `${side} end, ${load}: ${formatExpectation(systole)}, where bare node:net is told ${[node].flat().join(' or ')}`;
}

/** The row as it was seen, right or wrong. */
export function rowOf(subject: Subject, observation: Observation, { systole: { untilMs } }: Told): Row {
  const cell = (watcher: Watcher): Cell => cellOf(find(watcher, subject, observation), observation.struckAt);
  return {
    ...subject,
    node: cell('node'),
    kernel: subject.load === 'dialling' ? undefined : cell('kernel'),
    systole: cell('systole'),
    boundMs: Number.isFinite(untilMs) ? untilMs : undefined,
  };
}

/** Fails the test if what was seen is not what must be told. */
export function judge(subject: Subject, observation: Observation, { node, systole: expected }: Told): void {
  const sighting = find('systole', subject, observation);
  expect(expected.what, `Systole: ${JSON.stringify(sighting)}`).toContain(sighting?.what ?? 'nothing');
  if (sighting !== undefined) judgeTime(sighting, expected, observation);
  if (sighting?.evidence !== undefined) judgeEvidence(sighting.what, sighting.evidence, expected);
  const plain = find('node', subject, observation);
  expect([node].flat(), `node:net: ${JSON.stringify(plain)}`).toContain(plain?.what ?? 'nothing');
}

/**
 * A stall of the watcher's own process excuses the peer for its time, and for all of its probes at most (LIVENESS.md, 6); and time in
 * which the machine did not let it run excuses itself.
 */
function judgeTime(sighting: Sighting, { fromMs, untilMs }: Expectation, observation: Observation): void {
  const { at, evidence } = sighting;
  const stallMs = evidence?.stallMs;
  const excuseMs = (stallMs === undefined ? 0 : stallMs + WINDOW_MS) + lostMsOf(sighting, observation);
  expect(at - observation.beganAt, 'milliseconds after the fault').toBeGreaterThanOrEqual(fromMs - SLACK_MS);
  expect(at - observation.struckAt, 'milliseconds after the fault').toBeLessThanOrEqual(
    untilMs + SLACK_MS + excuseMs + observation.lateMs,
  );
}

/** A program that is blocked or frozen by the fault itself has lost nothing. */
function lostMsOf({ at, lost }: Sighting, { beganAt }: Observation): number {
  const byTheMachine = lost.filter(({ from, to }) => to - from < SHORTEST_STANDSTILL_MS);
  return lostMsWithin(byTheMachine, { from: beganAt, to: at });
}

function judgeEvidence(cause: string, evidence: Evidence, { evidence: expected = {} }: Expectation): void {
  expect(evidence).toMatchObject(expected);
  if (cause !== 'silent') return;
  expect(evidence.silenceMs).toBeGreaterThanOrEqual(WINDOW_MS);
  expect(evidence.probesSent).toBeGreaterThanOrEqual(1);
}

function find(watcher: Watcher, { side, load }: Subject, { sightings }: Observation): Sighting | undefined {
  return sightings[side]?.find((sighting) => sighting.watcher === watcher && sighting.load === load);
}

function cellOf(sighting: Sighting | undefined, struckAt: number): Cell {
  if (sighting === undefined) return { what: 'nothing', because: undefined, afterMs: undefined };
  const { what, at, evidence } = sighting;
  // What a dying kernel says is heard before its death is known.
  const afterMs = Math.max(0, Math.round(at - struckAt));
  return { what, because: evidence && reasonOf(evidence), afterMs };
}

/** The part of the evidence that says most in a word. */
function reasonOf({ code, hint, phase, probesSent }: Evidence): string | undefined {
  if (code !== undefined || hint !== undefined || phase !== 'open') return code ?? hint;
  return probesSent === 1 ? '1 probe' : `${probesSent} probes`;
}
