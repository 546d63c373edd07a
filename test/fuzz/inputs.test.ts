// Inputs: made by chance that comes again, changed, cut, written down and read.

import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { converse } from './conversation.ts';
import { readCorpus } from './corpus.ts';
import { Engine, runInput } from './engine.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { frameSpans } from './frame-spans.ts';
import type { Input } from './input.ts';
import { bytesFrom, hexOf, read, written } from './input.ts';
import { mutate } from './mutate.ts';
import { concat, recut } from './recut.ts';

const corpus = readCorpus(new URL('../', import.meta.url));

function bytesOf({ steps }: Input): Uint8Array {
  return concat(steps.flatMap((step) => ('bytes' in step ? [step.bytes] : [])));
}

function textOf(input: Input): string {
  return JSON.stringify(written(input));
}

/** The first inputs of an engine, which learns from them. */
async function firstInputs(seed: number, count: number): Promise<unknown[]> {
  const engine = new Engine(seed, corpus);
  const inputs: unknown[] = [];
  for (let run = 0; run < count; run += 1) {
    const input = engine.next(run);
    inputs.push(written(input));
    engine.handleSeen(run, input, await runInput(input));
  }
  return inputs;
}

describe('Engine', () => {
  it('makes the same 300 inputs for the same seed, and others for another', async () => {
    const inputs = await firstInputs(1, 300);
    expect(await firstInputs(1, 300)).toEqual(inputs);
    expect(await firstInputs(2, 300)).not.toEqual(inputs);
  });

  it('keeps an input that shows something new, and no second one that shows the same', () => {
    const engine = new Engine(1, []);
    const input = converse(new Chance(1), 'decoder');
    engine.handleSeen(0, input, 'ping');
    engine.handleSeen(1, input, 'ping');
    expect(engine.reached).toEqual({ runs: { decoder: 2, handshake: 0, session: 0 }, features: 1, kept: 1 });
  });
});

describe('converse', () => {
  it('begins each of 200 conversations of a lawful peer with preamble and HELLO or WELCOME, and whole frames behind', () => {
    let count = 0;
    for (let run = 0; count < 200; run += 1) {
      const input = converse(new Chance(5, run), 'session');
      if (!input.isLawful) continue;
      count += 1;
      const bytes = bytesOf(input);
      const spans = frameSpans(bytes, 5);
      expect(hexOf(bytes.subarray(0, 5))).toBe('e5 53 59 53 01');
      expect(spans[0]?.type).toBe(input.role === 'server' ? 0x01 : 0x02);
      expect(spans.at(-1)?.end).toBe(bytes.length);
    }
  });
});

describe('mutate', () => {
  it('changes 2,000 inputs of the corpus, keeps them within bounds, and none of them lawful', () => {
    const inputs = corpus.map(({ input }) => input).filter((input) => bytesOf(input).length < 1_000);
    let changed = 0;
    for (let run = 0; run < 2_000; run += 1) {
      const chance = new Chance(3, run);
      const input = chance.pick(inputs);
      const mutant = mutate(chance, input, chance.pick(inputs));
      expect(mutant.target).toBe(input.target);
      expect(mutant.isLawful).toBe(false);
      expect(bytesOf(mutant).length).toBeLessThan(600_000);
      if (textOf(mutant) !== textOf(input)) changed += 1;
    }
    expect(changed).toBeGreaterThan(1_900);
  });
});

describe('recut', () => {
  it('leaves bytes, time and acts where they are, in 200 ways of cutting', () => {
    const steps = [
      { bytes: bytesFrom('01 02 03') },
      { bytes: bytesFrom('04*70') },
      { wait: 5 },
      { bytes: bytesFrom('05') },
    ];
    for (let run = 0; run < 200; run += 1) {
      const cut = recut(new Chance(1, run), steps);
      const wait = cut.findIndex((step) => 'wait' in step);
      const before = cut.slice(0, wait).flatMap((step) => ('bytes' in step ? [step.bytes] : []));
      expect(hexOf(concat(before))).toBe('01 02 03 04*70');
      expect(cut.slice(wait + 1)).toEqual([{ bytes: bytesFrom('05') }]);
    }
  });
});

describe('an input', () => {
  it('is the same when it was written and read, for each of the corpus', () => {
    for (const { input } of corpus) expect(textOf(read(JSON.parse(textOf(input))))).toBe(textOf(input));
  });

  it('is the same out of a flight recorder, for each of the corpus, whose run and count are told', () => {
    const recorder = new FlightRecorder();
    const other = new FlightRecorder(recorder.memory);
    corpus.forEach(({ input }, run) => {
      recorder.record(run, input);
      expect(textOf(other.read())).toBe(textOf(input));
      expect(other.run).toBe(run);
    });
    expect(other.records).toBe(corpus.length);
  });

  it.each([
    { value: { target: 'moon', steps: [] }, complaint: 'there is no target "moon"' },
    { value: { target: 'decoder', steps: [{ bytes: '0' }] }, complaint: 'these are no bytes: 0' },
    { value: { target: 'decoder', steps: [{ act: 'sing' }] }, complaint: 'there is no step {"act":"sing"}' },
    { value: { target: 'decoder' }, complaint: 'there are no steps' },
  ])('is refused where $complaint', ({ value, complaint }) => {
    expect(() => read(value)).toThrow(complaint);
  });
});
