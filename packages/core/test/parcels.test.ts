import { describe, expect, it } from 'vitest';
import type { Parcel } from '../src/machines/parcels.ts';
import { Parcels } from '../src/machines/parcels.ts';

function parcelOf(...bytes: number[]): Parcel {
  return { payload: Uint8Array.from(bytes), handled: () => {}, refused: () => {}, failed: () => {} };
}

/** Three, of 1, 2 and 3 bytes. */
function createThree() {
  const parcels = new Parcels();
  const three = [parcelOf(1), parcelOf(2, 2), parcelOf(3, 3, 3)] as const;
  for (const parcel of three) parcels.push(parcel);
  return { parcels, three };
}

const contents = (parcels: Parcels): number[][] =>
  Array.from({ length: parcels.size }, (_, index) => [...(parcels.at(index)?.payload ?? [])]);

describe('Parcels', () => {
  it('count the 6 bytes of their payloads, and no longer those of what has been released, shifted or taken', () => {
    const { parcels } = createThree();
    expect(parcels.byteCount).toBe(6);
    parcels.release(1);
    expect(parcels.byteCount).toBe(4);
    parcels.shift();
    expect(parcels.byteCount).toBe(3);
    parcels.take(1);
    expect([parcels.byteCount, parcels.size]).toEqual([0, 1]);
  });

  it('keep nothing of a payload that is released, and wait on', () => {
    const { parcels, three } = createThree();
    parcels.release(0);
    expect(contents(parcels)).toEqual([[], [2, 2], [3, 3, 3]]);
    expect(parcels.at(0)).toBe(three[0]);
  });

  it('move together when packed, count as before, and are the same when unpacked', () => {
    const { parcels, three } = createThree();
    parcels.release(0);
    parcels.pack();
    expect(contents(parcels)).toEqual([[], [], []]);
    expect(parcels.byteCount).toBe(5);
    parcels.unpack();
    expect(contents(parcels)).toEqual([[], [2, 2], [3, 3, 3]]);
    expect(three[1].payload.buffer).toBe(three[2].payload.buffer);
  });

  it('keep what comes behind a pack of 3, also when they are packed again', () => {
    const { parcels } = createThree();
    parcels.pack();
    parcels.push(parcelOf(4));
    parcels.pack();
    parcels.unpack();
    expect(contents(parcels)).toEqual([[1], [2, 2], [3, 3, 3], [4]]);
    expect(parcels.byteCount).toBe(7);
  });

  it.each(['shift', 'take', 'takeBehind'] as const)(
    'have their payloads and the right count for %s while packed',
    (how) => {
      const { parcels, three } = createThree();
      parcels.pack();
      const taken = how === 'shift' ? parcels.shift() : how === 'take' ? parcels.take(0) : parcels.takeBehind(0)[0];
      expect(taken).toBe(three[0]);
      // One that is shifted is never sent again: its payload is let go of.
      expect([...three[0].payload]).toEqual(how === 'shift' ? [] : [1]);
      expect(parcels.byteCount).toBe(how === 'takeBehind' ? 0 : 5);
    },
  );

  it('are found from an index on, and taken from the middle', () => {
    const { parcels, three } = createThree();
    expect(parcels.indexOf(three[1], 0)).toBe(1);
    expect(parcels.indexOf(three[1], 2)).toBe(-1);
    expect(parcels.take(1)).toBe(three[1]);
    expect(parcels.take(7)).toBeUndefined();
    expect(contents(parcels)).toEqual([[1], [3, 3, 3]]);
  });

  it('are taken behind 1 with their payloads, and the first stays', () => {
    const { parcels, three } = createThree();
    expect(parcels.takeBehind(1)).toEqual([three[1], three[2]]);
    expect(contents(parcels)).toEqual([[1]]);
    expect(parcels.byteCount).toBe(1);
  });
});
