/** What sieges have cost the server, and whether that is within the bounds. */

import { formatTable } from '../../../support/table.ts';
import { ownedBytes } from '../summary.ts';
import type { Siege } from './run.ts';

/** How many arrivals a server has at one time by default. */
const MAX_HANDSHAKES = 1_024;

/** What the engine and the allocator keep for later, however few besiegers there were. */
const KEPT_BYTES = 12 * 2 ** 20;

/** What the process as a whole takes beyond what we hold: pages that are not full. */
const RSS_SLACK_BYTES = 48 * 2 ** 20;

/** A siege, by besieger. */
export interface Cost {
  readonly name: string;
  readonly besiegers: number;
  readonly standing: number;
  /** Of heap and buffers, and of the whole process; and at most. */
  readonly bytes: number;
  readonly rssBytes: number;
  readonly boundBytes: number;
  readonly formula: string;
  /** Of heap and buffers, when all are gone. */
  readonly keptBytes: number;
  readonly findings: readonly string[];
}

export function costOf({ kind, besiegers, standing, before, during, after, left }: Siege): Cost {
  const { name, boundBytes, formula, isStranger } = kind;
  const expected = isStranger ? Math.min(besiegers, MAX_HANDSHAKES) : besiegers;
  const taken = ownedBytes(during) - ownedBytes(before);
  const takenRss = during.rss - before.rss;
  const keptBytes = ownedBytes(after) - ownedBytes(before);
  const most = standing * boundBytes;
  const findings = [
    ...when(standing !== expected, `${standing} were standing, where ${expected} should`),
    ...when(taken > most, `they have taken ${taken} bytes, over the bound of ${most}`),
    ...when(takenRss > most + RSS_SLACK_BYTES, `the process has grown by ${takenRss} bytes, over the bound of ${most}`),
    ...when(keptBytes > KEPT_BYTES, `${keptBytes} bytes were kept`),
    ...when(left > 0, `${left} connections were left`),
    ...when(after.files > before.files, `${after.files - before.files} file descriptors were left`),
  ].map((finding) => `${name}: ${finding}`);
  const [bytes, rssBytes] = [taken, takenRss].map((total) => Math.round(total / Math.max(1, standing)));
  return {
    name,
    besiegers,
    standing,
    bytes: bytes ?? 0,
    rssBytes: rssBytes ?? 0,
    boundBytes,
    formula,
    keptBytes,
    findings,
  };
}

function when(holds: boolean, finding: string): string[] {
  return holds ? [finding] : [];
}

export function describeCosts(costs: readonly Cost[]): string {
  const rows = costs.map(({ name, besiegers, standing, bytes, rssBytes, boundBytes, keptBytes, formula }) => [
    name,
    ...[besiegers, standing, bytes, rssBytes, boundBytes, keptBytes].map((number) => number.toLocaleString('en')),
    formula,
  ]);
  const head = ['bytes a besieger', 'came', 'standing', 'owned', 'rss', 'bound', 'kept in all', 'bound as'];
  const findings = costs.flatMap((cost) => cost.findings);
  return [
    formatTable(head, rows),
    ...(findings.length === 0 ? ['ok'] : findings.map((finding) => `FAILED: ${finding}`)),
  ].join('\n');
}
