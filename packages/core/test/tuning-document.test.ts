import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hintOfEof } from '../src/rules/idle-limits.ts';

const text = readFileSync(new URL('../../../docs/TUNING.md', import.meta.url), 'utf8');
const section = /\n## 3\. [\s\S]*?(?=\n## )/.exec(text)?.[0] ?? '';
const limits = [...section.matchAll(/^\| [^|]+ \| ([\d,]+) s/gm)].map(([, limit = '']) =>
  Number(limit.replaceAll(',', '')),
);

describe('The idle limits of docs/TUNING.md', () => {
  it('are 10, in rising order', () => {
    expect(limits).toHaveLength(10);
    expect(limits).toEqual(limits.toSorted((a, b) => a - b));
  });

  it.each(limits)('%d s are known to the hint idle-cut', (limit) => {
    expect(hintOfEof(limit * 1_000 + 100)).toBe('idle-cut');
  });
});
