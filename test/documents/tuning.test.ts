// docs/TUNING.md tells the truth: what it says of triples is what describe() says.

import { readFileSync } from 'node:fs';
import type { KeepaliveSetting, Preset } from '@systole/core';
import { describe as describeOptions, PRESETS, parseDuration, resolveKeepalive } from '@systole/core';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/TUNING.md', import.meta.url), 'utf8');

/** The rows below the header that begins so, as cells. */
function table(header: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  expect(start).toBeGreaterThan(0);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines
    .slice(start + 2, start + length)
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

function count(cell = ''): number {
  return Number(cell.replaceAll(',', ''));
}

describe('docs/TUNING.md', () => {
  const triples = table('where');

  it.each(triples)('%s: idle %s, interval %s, probes %s are as describe() says', (_where, ...cells) => {
    const [idle, interval, probes, bound, outage, longest, probesPerDay, bytesPerDay] = cells;
    const keepalive = { idle, interval, probes: Number(probes) } as KeepaliveSetting;
    expect({
      boundMs: parseDuration(bound),
      outageMs: parseDuration(outage),
      maxBoundMs: parseDuration(longest),
      probesPerDay: count(probesPerDay),
      bytesPerDay: count(bytesPerDay),
      ...resolveKeepalive(keepalive),
    }).toEqual(describeOptions({ keepalive }));
  });

  it('has a row for 3 of the presets, with their triples', () => {
    const rows = triples.flatMap(([where = '', idle, interval, probes]) =>
      [...where.matchAll(/^\W*`(\w+)`/g)].map(([, name]) => [
        name,
        { idleMs: parseDuration(idle), intervalMs: parseDuration(interval), probes: Number(probes) },
      ]),
    );
    expect(rows).toEqual((['lan', 'default', 'mobile'] satisfies Preset[]).map((name) => [name, PRESETS[name]]));
  });

  it('tells how writeTimeout and pausedTimeout shorten the longest bound of lan', () => {
    const short = describeOptions({ keepalive: 'lan', writeTimeout: '10s', pausedTimeout: '10s' })?.maxBoundMs;
    const normal = describeOptions({ keepalive: 'lan' })?.maxBoundMs;
    expect([short, normal]).toEqual([25_000, 125_000]);
    expect(text).toContain('has a `maxBoundMs` of 25,000, where `lan` alone has 125,000');
  });

  it('tells how many hours of radio a day the beats of mobile and default cost, at 10 s each', () => {
    const hours = (preset: Preset) => ((describeOptions({ keepalive: preset })?.probesPerDay ?? 0) * 10) / 3_600;
    expect([hours('mobile'), hours('default')].map(Math.round)).toEqual([1, 13]);
    expect(text).toContain('the 379 beats of `mobile` are an hour of radio a day');
    expect(text).toContain('4,535 of `default` half the day');
  });

  it('says truly that the default idle is below half of every limit listed, and that mobile is not', () => {
    const limits = table('box').map(([, limit = '']) => count(/^[\d,]+/.exec(limit)?.[0]) * 1_000);
    expect(limits.filter((limitMs) => PRESETS.default.idleMs > limitMs / 2)).toEqual([]);
    expect(limits).toContain(PRESETS.mobile.idleMs);
  });

  it('names a source for each box', () => {
    for (const [box, , , source] of table('box'))
      expect([box, source]).toEqual([box, expect.stringMatching(/\]\(https:/)]);
  });
});
