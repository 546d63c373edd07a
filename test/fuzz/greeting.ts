/** How a peer introduces itself: preamble, HELLO or WELCOME, right or nearly right. */

import type { ByteWriter } from './byte-writer.ts';
import type { Chance } from './chance.ts';
import { putFrame } from './frames.ts';
import type { Role } from './input.ts';
import { putText, putValue, putWhole } from './values.ts';

const MAGIC = [0xe5, 0x53, 0x59, 0x53] as const;

/** Who else connects to a port. */
const STRANGERS: readonly string[] = [
  'GET / HTTP/1.1\r\n\r\n',
  '\x16\x03\x01\x02\x00',
  'SSH-2.0-x\r\n',
  '',
  '\0\0\0\0',
];

type Field = readonly [name: string, put: (out: ByteWriter) => void];

/** What a peer says of itself, beside what is the same for all. */
export interface Introduction {
  /** The session that it means; empty for a new one. */
  readonly session: string;
  readonly token: string;
  readonly epoch: number;
  readonly received: number;
  readonly settled: number;
}

/** The first bytes of a peer of ours. */
export function putPreamble(out: ByteWriter, chance: Chance, deviation: number): void {
  if (!chance.strays(deviation)) return void out.put(...MAGIC, 1);
  switch (chance.below(4)) {
    case 0:
      return void out.ascii(chance.pick(STRANGERS));
    case 1:
      return void out.put(...MAGIC.slice(0, chance.below(5)), chance.byte());
    case 2:
      return void out.put(...MAGIC, 0, 2, 2, 3);
    default:
      return void out.put(...MAGIC, chance.pick([0, 2, 255]), chance.byte());
  }
}

/** HELLO for a server, WELCOME for a client. */
export function putGreeting(
  out: ByteWriter,
  chance: Chance,
  deviation: number,
  ours: Role,
  who: Introduction,
  scratch: ByteWriter,
): void {
  const fields = mapOf(chance, deviation, ours, who);
  const stray = 3 * deviation;
  if (chance.strays(stray)) fields.splice(chance.below(fields.length), 1);
  if (chance.strays(stray)) fields.push(chance.pick(fields));
  if (chance.strays(stray)) fields.splice(chance.below(fields.length), 0, odd(chance));
  const count = chance.nearly(fields.length, 2 * stray);
  if (count < 16) scratch.put(0x80 | count);
  else scratch.put(0xde).fixed(count % 0x1_0000, 2);
  for (const [name, put] of fields) {
    putText(scratch, name);
    if (chance.strays(4 * stray)) putValue(scratch, chance);
    else put(scratch);
  }
  putFrame(out, chance, 2 * deviation, ours === 'server' ? 0x01 : 0x02, scratch.take());
}

function mapOf(chance: Chance, deviation: number, ours: Role, who: Introduction): Field[] {
  const whole = (right: number) => (out: ByteWriter) => putWhole(out, chance.nearly(right, 4 * deviation));
  const text = (right: string) => (out: ByteWriter) =>
    putText(out, chance.strays(8 * deviation) ? chance.pick(['', 'x'.repeat(65), 's2', '\x07', right + right]) : right);
  const fields: Field[] = [
    ['session', text(ours === 'client' && who.session === '' ? 's1' : who.session)],
    ['token', text(who.token)],
    ['boot', text('b1')],
    ['epoch', whole(who.epoch)],
    ['resume', whole(chance.pick([0, 120_000]))],
    ['received', whole(who.received)],
    ['settled', whole(who.settled)],
    ['credit', whole(65_536)],
    ['codec', text('msgpack')],
    ['minPing', whole(10)],
    ['maxMessage', whole(65_536)],
  ];
  if (chance.oneIn(2)) fields.push(['keepalive', (out) => putTriple(out, chance, 4 * deviation)]);
  if (chance.oneIn(2)) fields.push(['metadata', (out) => putMetadata(out, chance, deviation)]);
  if (chance.oneIn(4)) fields.push(['credentials', (out) => putText(out, 'secret')]);
  return fields;
}

function putTriple(out: ByteWriter, chance: Chance, deviation: number): void {
  if (chance.oneIn(2)) return void out.put(0xc0);
  out.put(0x90 | (chance.nearly(3, 2 * deviation) & 0x0f));
  for (const right of [20_000, 5_000, 3]) putWhole(out, chance.nearly(right, deviation));
}

function putMetadata(out: ByteWriter, chance: Chance, deviation: number): void {
  if (chance.strays(deviation)) return putValue(out, chance);
  const count = chance.pick([0, 1, 3]);
  out.put(0x80 | count);
  for (let index = 0; index < count; index += 1) {
    putText(out, `key ${index}`);
    putWhole(out, chance.below(1_000));
  }
}

/** A field of a later version, or one that means harm. */
function odd(chance: Chance): Field {
  const name = chance.pick(['__proto__', 'constructor', 'later', 'toJSON', 'length', '']);
  return [name, (out) => putValue(out, chance)];
}
