// A heartbeat was negotiated, and flowed. The cable was pulled: heartbeats stopped, and the connection "just hangs there
// indefinitely", as nobody looked whether any came. https://github.com/cloudamqp/amqp-client.js/issues/95

import { describe, expect, it } from 'vitest';
import { namesOf, payloadOf } from '../support/pair.ts';
import type { Probe } from '../support/probes.ts';
import { probesOf, tapeProbes } from '../support/probes.ts';
import { startProxiedPair } from '../support/proxied-pair.ts';

describe('amqp-client.js#95', () => {
  it('a heartbeat that was negotiated to 800 ms finds a pulled cable within them, and brings the client back when it is plugged in', async () => {
    const probes = tapeProbes();
    const { client, clientTape, serverTape, proxy } = await startProxiedPair({
      server: { keepalive: { idle: 300, interval: 200, probes: 3 }, minPingInterval: 200 },
      client: { keepalive: { idle: 100, interval: 100, probes: 3 }, reconnect: { base: 20, cap: 20 } },
    });
    // What the client wants is more than the server takes, and both know what holds.
    const { keepalive, boundMs, raised } = payloadOf(clientTape, 'connect');
    expect({ keepalive, boundMs, raised }).toEqual({
      keepalive: { idleMs: 200, intervalMs: 200, probes: 3 },
      boundMs: 800,
      raised: true,
    });
    await probes.until(() => probesOf(probes, client).length >= 2); // so one was answered: heartbeats flow
    const numbersOf = (of: readonly Probe[]): number[] => of.map(({ number }) => number);
    expect(numbersOf(probesOf(probes, client)).slice(0, 2)).toEqual([1, 2]);

    const gone = [client.next('disconnect'), serverTape.first(({ type }) => type === 'disconnect')] as const;
    proxy.set('blackholed');
    const { cause, evidence } = await gone[0];
    expect(cause).toBe('silent');
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(3 * 200);
    expect(evidence.silenceMs).toBeLessThanOrEqual(800 + 3 * 200 + 500); // stalls of ours, and a machine busy with other tests
    expect((await gone[1]).payload).toMatchObject({ cause: 'silent' });

    const again = client.next('connect');
    proxy.set('open');
    expect(await again).toMatchObject({ resumed: true });
    expect(namesOf(clientTape).slice(0, 5)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'reconnecting']);
  });
});
