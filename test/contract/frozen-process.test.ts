import { describe as promise } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import type { FromChildClient } from '../support/child-client.ts';
import { FAST, namesOf, nextSession } from '../support/pair.ts';
import { Program } from '../support/program.ts';
import { clientOptionsOver, startServerOver, TRANSPORTS } from '../support/transports.ts';

/** All extensions of a verdict used up, and room for a machine that is busy with other tests. */
const LATEST_MS = (promise({ keepalive: FAST, writeTimeout: 10, pausedTimeout: 0 })?.maxBoundMs ?? 0) + 500;

/** From evidence on, idle may be shortened by 10 %; never the window of the probes. */
const EARLIEST_MS = 0.9 * FAST.idle + FAST.interval * FAST.probes;

describe.each(TRANSPORTS)('a peer that is frozen, over %s', (transport) => {
  it('L3: is silent, judged not before 0.9 x 200 + 3 x 100 ms and within the bound, though its kernel takes every byte', async () => {
    const probes = tapeChannel('probe');
    const { server, address } = await startServerOver(transport);
    const arrival = nextSession(server);
    await using child = new Program<FromChildClient>('child-client', {
      ...clientOptionsOver(transport, address),
      attaches: transport === 'attached',
      keepalive: false,
      minPingInterval: 100,
    });
    const { session, tape } = await arrival;
    await probes.count(2); // so the first was answered, and idle is no longer the short one after a connect
    await session.send('here?'); // now the child has nothing left to do
    child.freeze();
    const { cause, evidence } = await session.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(EARLIEST_MS);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(evidence.probesSent).toBeGreaterThanOrEqual(3);
    expect(evidence.rttMs).toBeGreaterThan(0);
    expect(evidence).toMatchObject({ epoch: 1, phase: 'open', code: undefined, hint: undefined });
    expect(namesOf(tape).slice(-4)).toEqual(['suspect', 'dead', 'disconnect', 'end']);

    // L9: a peer that thaws knows what happened.
    child.thaw();
    const { payload } = await child.next('disconnect');
    expect(payload).toMatchObject({ cause: 'closed-by-peer', evidence: { code: 'judged-dead' } });
  });
});
