// docs/ERRORS.md has a heading for each error code, and no other.

import { readFileSync } from 'node:fs';
import { SystoleError } from '@systole/core';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const headings = [...read('../../docs/ERRORS.md').matchAll(/^## (\S+)$/gm)].map(([, heading]) => heading);
const union = /export type ErrorCode =([^;]*);/.exec(read('../../packages/core/src/words/errors.ts'))?.[1] ?? '';
const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);

describe('docs/ERRORS.md', () => {
  it('has a heading for each of the error codes, and no other', () => {
    expect(codes.length).toBeGreaterThan(10);
    expect([...headings].sort()).toEqual([...codes].sort());
  });

  it('says whose fault each error is, as the code does', () => {
    for (const [, code, fault] of read('../../docs/ERRORS.md').matchAll(/^## (\S+)\n\n\*Fault: (\w+)\.\*/gm)) {
      expect([code, new SystoleError(code as SystoleError['code'], '').fault]).toEqual([code, fault]);
    }
  });
});
