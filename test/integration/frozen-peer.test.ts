import { describe as promise } from '@systole/server';
import { describe, expect, it } from 'vitest';
import type { FromChildServer } from '../support/child-server.ts';
import { FAST, optionsFor, payloadOf, record, startClient } from '../support/pair.ts';
import { Program } from '../support/program.ts';

/** All extensions of a verdict used up, and room for a machine that is busy with other tests. */
const LATEST_MS = (promise({ keepalive: FAST, writeTimeout: 10, pausedTimeout: 0 })?.maxBoundMs ?? 0) + 500;

describe('a server that is frozen', () => {
  it('is silent for its client, which looks for it again, and finds it when it thaws', async () => {
    await using child = new Program<FromChildServer>('child-server', { keepalive: false, minPingInterval: 100 });
    const address = await child.next('listening');
    const client = startClient({ ...optionsFor(address), reconnect: { base: 100, cap: 100 } });
    const tape = record(client);
    await client.ready();
    child.freeze();
    const { cause, evidence } = await client.next('disconnect');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBeGreaterThanOrEqual(3);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(payloadOf(tape, 'dead')).toEqual(payloadOf(tape, 'disconnect'));
    const again = client.next('connect');
    child.thaw();
    expect((await again).epoch).toBeGreaterThanOrEqual(2);
    expect(await client.send('hello')).toBe('hello');
  });
});
