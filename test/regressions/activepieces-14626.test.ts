// After a failover of Redis an app consumed no jobs any more, without an error: the wedged master's kernel still acknowledged
// every byte, so TCP and its keepalive saw nothing wrong. https://github.com/activepieces/activepieces/pull/14626

import { describe, expect, it } from 'vitest';
import type { FromChildServer } from '../support/child-server.ts';
import { FAST, namesOf, optionsFor, payloadOf, record, startClient, startServer } from '../support/pair.ts';
import { Program } from '../support/program.ts';

/** The bound of 500 ms, 300 ms for stalls of this process, and room for a machine that is busy with other tests. */
const LATEST_MS = 1_500;

describe('activepieces#14626', () => {
  it('a peer whose kernel still acknowledges but whose process is wedged is declared silent within 1,500 ms, and work goes on at the next', async () => {
    await using master = new Program<FromChildServer>('child-server', { keepalive: false, minPingInterval: 100 });
    const masterAddress = optionsFor(await master.next('listening')) as { port: number };
    const replica = await startServer({ onMessage: (message) => `the replica has ${message}` });
    const client = startClient({
      addresses: [masterAddress, optionsFor(replica.address) as { port: number }],
      reconnect: { base: 20, cap: 20 },
    });
    const tape = record(client);
    expect(await client.send('job 1')).toBe('job 1');

    master.freeze();
    const gone = client.next('disconnect');
    const fate = client.send('job 2').catch(({ code }: { readonly code: string }) => code);
    const { cause, evidence } = await gone;
    expect(cause).toBe('silent');
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(FAST.interval * FAST.probes);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    // No error of the system: as far as TCP knows, everything has arrived.
    expect(evidence).toMatchObject({ code: undefined, syscall: undefined });

    expect(await client.send('job 3')).toBe('the replica has job 3');
    expect(namesOf(tape)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'reconnecting', 'connect']);
    expect(tape.items.at(-1)).toMatchObject({ payload: { epoch: 2, resumed: false } });
    expect(payloadOf(tape, 'dead').epoch).toBe(1);
    // The wedged master may have done it, or may do it yet: nobody repeats or forgets it in silence.
    expect(await fate).toBe('ERR_IN_DOUBT');
  });
});
