import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembly, partOf } from '../src/machines/assembly.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { pattern } from './support/delivery-frames.ts';
import { holds } from './support/holds.ts';

/** An assembly of DATA of at most 10,000 bytes, of which a first part of 2,000 is here. */
function createPartial(): Assembly {
  const assembly = new Assembly('DATA', 10_000);
  assembly.add('first', pattern(2_000));
  return assembly;
}

describe('Assembly', () => {
  it('hands a whole through, without a copy', () => {
    const assembly = new Assembly('DATA', 10_000);
    const bytes = pattern(10_000);
    expect(assembly.add('whole', bytes)).toBe(bytes);
    expect(assembly.byteCount).toBe(0);
  });

  it('joins 3 parts, and gives out nothing before the last', () => {
    const assembly = createPartial();
    const bytes = pattern(3_030);
    expect(assembly.byteCount).toBe(2_000);
    expect(assembly.add('middle', bytes.subarray(2_000, 3_024))).toBeUndefined();
    expect(assembly.byteCount).toBe(3_024);
    expect(assembly.add('last', bytes.subarray(3_024))).toEqual(bytes);
  });

  it('does not keep a chunk of 60,000 bytes for a part of 1,024', () => {
    const chunk = pattern(60_000);
    const assembly = new Assembly('DATA', 10_000);
    assembly.add('first', chunk.subarray(0, 1_024));
    chunk.fill(0);
    expect(assembly.add('last', pattern(0))).toEqual(pattern(1_024));
  });

  it('takes a last part of 0 bytes', () => {
    expect(createPartial().add('last', pattern(0))).toEqual(pattern(2_000));
  });

  it.each(['middle', 'last'] as const)('W6: refuses a %s part without a first', (part) => {
    const complaint = new ProtocolError(`DATA is ${part}, where a part has not begun`);
    expect(() => new Assembly('DATA', 10_000).add(part, pattern(2_000))).toThrow(complaint);
  });

  it.each(['whole', 'first'] as const)('W6: refuses a %s inside of another', (part) => {
    const complaint = new ProtocolError(`DATA is ${part}, where a part must follow`);
    expect(() => createPartial().add(part, pattern(2_000))).toThrow(complaint);
  });

  it.each(['first', 'middle'] as const)('W6: refuses a %s part of 1,023 bytes, and takes one of 1,024', (part) => {
    const create = () => (part === 'first' ? new Assembly('RESULT', 10_000) : createPartial());
    const assembly = create();
    const before = assembly.byteCount;
    expect(() => assembly.add(part, pattern(1_023))).toThrow(/ is a (first|middle) part of 1023 bytes, under 1024$/);
    expect(assembly.byteCount).toBe(before);
    expect(create().add(part, pattern(1_024))).toBeUndefined();
  });

  it('W6: refuses byte 10,001 of 10,000 before it takes it on, in a whole and in any part', () => {
    const assembly = createPartial();
    const complaint = new ProtocolError('DATA takes 10001 bytes, over the limit of 10000');
    expect(() => assembly.add('middle', pattern(8_001))).toThrow(complaint);
    expect(() => assembly.add('last', pattern(8_001))).toThrow(complaint);
    expect(assembly.byteCount).toBe(2_000);
    expect(assembly.add('last', pattern(8_000))).toHaveLength(10_000);
    for (const part of ['whole', 'first'] as const) {
      expect(() => new Assembly('DATA', 10_000).add(part, pattern(10_001))).toThrow(complaint);
    }
  });

  it('gives back what was cut, wherever that was, 200 times', () => {
    const pieces = fc.array(fc.integer({ min: 1_024, max: 9_000 }), { maxLength: 6 });
    holds(
      fc.property(pieces, fc.nat(3_000), (sizes, rest) => {
        const assembly = new Assembly('DATA', 1_000_000);
        const bytes = pattern(sizes.reduce((sum, size) => sum + size, rest));
        let offset = 0;
        for (const [index, size] of sizes.entries()) {
          expect(assembly.add(partOf(index === 0, false), bytes.subarray(offset, offset + size))).toBeUndefined();
          offset += size;
        }
        const whole = assembly.add(partOf(offset === 0, true), bytes.subarray(offset)) ?? new Uint8Array(0);
        expect(Buffer.compare(whole, bytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
