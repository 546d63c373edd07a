// A server that is killed in the midst of everything, and another one that takes its place.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@systole/client';
import { afterAll, describe, expect, it } from 'vitest';
import type { FromChildRecorder } from '../support/child-recorder.ts';
import { Program } from '../support/program.ts';

const MESSAGES = 3_000;
const UNDER_WAY = 100;

const folder = mkdtempSync(join(tmpdir(), 'systole-killed-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** The messages that a server has written down. */
function handledIn(file: string): number[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number);
}

describe('a server killed with SIGKILL and started again', () => {
  it(`leaves ${MESSAGES} messages acknowledged or in doubt, ${UNDER_WAY} under way at a time: handled once, or not, or nobody knows`, async () => {
    const files = [join(folder, 'first'), join(folder, 'second')] as const;
    const first = new Program<FromChildRecorder>('child-recorder', { port: 0, file: files[0] });
    const { port } = await first.next('listening');
    await using client = connect({ host: '127.0.0.1', port, reconnect: { base: 20, cap: 50 } });
    const acknowledged: number[] = [];
    const inDoubt: number[] = [];
    const otherwise: unknown[] = [];
    let sent = 0;
    let isHalf = (): void => {};
    const half = new Promise<void>((resolve) => {
      isHalf = resolve;
    });
    const lane = async (): Promise<void> => {
      while (sent < MESSAGES) {
        sent += 1;
        const message = sent;
        if (message === MESSAGES / 2) isHalf();
        try {
          expect(await client.send(message)).toBe(message);
          acknowledged.push(message);
        } catch (error) {
          if ((error as { code?: string }).code === 'ERR_IN_DOUBT') inDoubt.push(message);
          else otherwise.push(error);
        }
      }
    };
    const lanes = Promise.all(Array.from({ length: UNDER_WAY }, lane));

    await half;
    await first[Symbol.asyncDispose]();
    await using second = new Program<FromChildRecorder>('child-recorder', { port, file: files[1] });
    await second.next('listening');
    await lanes;

    expect(otherwise).toEqual([]);
    expect(acknowledged.length + inDoubt.length).toBe(MESSAGES);
    // Whatever was under way at the kill, and nothing that was sent before or after.
    expect(inDoubt.length).toBeGreaterThan(0);
    expect(inDoubt.length).toBeLessThanOrEqual(UNDER_WAY);
    const handled = files.flatMap(handledIn);
    expect(new Set(handled).size).toBe(handled.length);
    const doubted = new Set(inDoubt);
    expect(handled.filter((message) => !doubted.has(message)).sort((a, b) => a - b)).toEqual(
      acknowledged.toSorted((a, b) => a - b),
    );
    expect(handledIn(files[1]).filter((message) => doubted.has(message))).toEqual([]);
  });
});
