// Connections that come and go, 10,000 times.

import { describe, expect, it } from 'vitest';
import { authority, certificate } from '../support/certificates.ts';
import type { ChurnConfig, FromChildChurn } from '../support/child-churn.ts';
import { Program } from '../support/program.ts';

/** What the engine itself may still learn and keep, in all and for each cycle. A session that is kept weighs some kilobytes. */
const SLACK_BYTES = 2 ** 20;
const SLACK_BYTES_A_CYCLE = 256;

async function churn(config: ChurnConfig): Promise<FromChildChurn> {
  await using child = new Program<FromChildChurn>('child-churn', config);
  return await child.next('churned');
}

const MUTUAL_TLS = {
  server: { ...certificate('server'), ca: authority(), requestCert: true },
  client: { ...certificate('client'), ca: authority() },
};

describe('connections that come and go', () => {
  it.each([
    { over: 'TCP', warmUp: 1_000, cycles: 10_000 },
    { over: 'mutual TLS', warmUp: 1_000, cycles: 1_000, tls: MUTUAL_TLS },
  ])(
    'leave no handle, timer, listener, session or memory at either end: $cycles over $over',
    {
      timeout: 120_000,
    },
    async ({ over: _, ...config }) => {
      const { before, after, accepted } = await churn(config);
      expect(accepted).toBe(config.warmUp + config.cycles);
      const { heapBytes: heapBefore, ...restBefore } = before;
      const { heapBytes: heapAfter, ...restAfter } = after;
      expect(restAfter).toEqual(restBefore);
      expect(restAfter).toMatchObject({ sessions: 0, arrivals: 0 });
      expect(heapAfter - heapBefore).toBeLessThan(Math.max(SLACK_BYTES, SLACK_BYTES_A_CYCLE * config.cycles));
    },
  );
});
