/** What the mutator begins with: the vectors of the protocol, and the entries in `corpus/`. */

import { readdirSync, readFileSync } from 'node:fs';
import { ByteWriter } from './byte-writer.ts';
import type { Input, Role, Step, TargetName } from './input.ts';
import { bytesFrom, read } from './input.ts';

/** An input with a name that says what it is. */
export interface Entry {
  readonly name: string;
  readonly input: Input;
}

/** All of them; `tests` is the directory `test/` of the house. */
export function readCorpus(tests: URL): Entry[] {
  return [...ownEntries(tests), ...framesOfVectors(tests), ...handshakesOfVectors(tests), ...conversations(tests)];
}

function ownEntries(tests: URL): Entry[] {
  const folder = new URL('fuzz/corpus/', tests);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().flatMap((file) => {
    const { entries } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { entries: { name: string }[] };
    return entries.map((entry) => ({ name: entry.name, input: read(entry) }));
  });
}

interface Vector {
  readonly name: string;
  readonly bytes: string;
  readonly body: string;
  readonly reads: string;
  readonly reader: Role;
}

type Vectors = Readonly<Record<string, readonly Vector[]>>;

function vectorsOf<File>(tests: URL, name: string): File {
  return JSON.parse(readFileSync(new URL(`vectors/${name}.json`, tests), 'utf8')) as File;
}

function entry(name: string, target: TargetName, role: Role, ...chunks: readonly Uint8Array[]): Entry {
  return {
    name,
    input: { target, role, handler: 'prompt', steps: chunks.map((bytes) => ({ bytes })), isLawful: false },
  };
}

const writer = new ByteWriter();

function frame(type: number, body: Uint8Array): Uint8Array {
  return writer
    .number(1 + body.length)
    .put(type)
    .append(body)
    .take();
}

/** Frames, and values as the payloads of messages. */
function framesOfVectors(tests: URL): Entry[] {
  const frames = vectorsOf<Vectors>(tests, 'frames');
  const payloads = vectorsOf<Vectors>(tests, 'payloads');
  const listed = (vectors: Vectors, ...lists: readonly string[]): readonly Vector[] =>
    lists.flatMap((list) => vectors[list] ?? []);
  return [
    ...listed(frames, 'valid', 'malformed', 'skipped', 'incomplete', 'streams').map(({ name, bytes }) =>
      entry(name, 'decoder', 'server', bytesFrom(bytes)),
    ),
    ...listed(payloads, 'valid', 'refused').map(({ name, bytes }) =>
      entry(name, 'decoder', 'server', frame(0x05, Uint8Array.of(1, 0, ...bytesFrom(bytes)))),
    ),
  ];
}

const PREAMBLE = bytesFrom('e5 53 59 53 01');

/** Preambles, and the two maps behind one. */
function handshakesOfVectors(tests: URL): Entry[] {
  const { cases = [] } = vectorsOf<Vectors>(tests, 'preamble');
  const { hello, welcome } = vectorsOf<{ readonly hello: Vectors; readonly welcome: Vectors }>(tests, 'handshakes');
  const maps = (lists: Vectors, role: Role, type: number): Entry[] =>
    [...(lists['valid'] ?? []), ...(lists['malformed'] ?? [])].map(({ name, body }) =>
      entry(name, 'handshake', role, PREAMBLE, frame(type, bytesFrom(body))),
    );
  return [
    ...cases.map(({ name, reader, reads }) => entry(name, 'handshake', reader, bytesFrom(reads))),
    ...maps(hello, 'server', 0x01),
    ...maps(welcome, 'client', 0x02),
  ];
}

interface Conversation {
  readonly name: string;
  readonly end: { readonly role: Role };
  readonly steps: readonly {
    readonly at: number;
    readonly begins?: true;
    readonly reads?: string;
    readonly sends?: unknown;
    readonly answers?: number;
    readonly closes?: string;
    readonly cut?: true;
  }[];
}

/** What the peer does in them, and when; and for a live server only what it says. */
function conversations(tests: URL): Entry[] {
  const listed = vectorsOf<{ readonly conversations: readonly Conversation[] }>(tests, 'conversations').conversations;
  return listed.flatMap(({ name, end: { role }, steps }) => {
    const input = { role, handler: 'slow', steps: stepsOf(steps), isLawful: false } as const;
    const session = { name, input: { ...input, target: 'session' } } as const;
    return role === 'client' ? [session] : [session, { name, input: { ...input, target: 'server' } }];
  });
}

function stepsOf(steps: Conversation['steps']): Step[] {
  const inputs: Step[] = [];
  let now = 0;
  let connections = 0;
  for (const { at, begins, reads, answers, closes, cut, ...step } of steps) {
    if (at > now) inputs.push({ wait: at - now });
    now = at;
    if (begins) connections += 1;
    if (begins && connections > 1) inputs.push({ act: 'dial' });
    if (reads !== undefined) inputs.push(reads === 'fin' ? { act: 'fin' } : { bytes: bytesFrom(reads) });
    if ('sends' in step) inputs.push({ act: 'send' });
    if (answers !== undefined) inputs.push({ act: 'answer' });
    if (closes !== undefined) inputs.push({ act: 'close' });
    if (cut) inputs.push({ act: 'reset' });
  }
  return inputs;
}
