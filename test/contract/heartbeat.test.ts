import type { KeepaliveSetting } from '@systole/client';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../support/pair.ts';
import { FAST, namesOf, payloadOf, startPair } from '../support/pair.ts';
import { probesOf, tapeProbes } from '../support/probes.ts';
import { TRANSPORTS } from '../support/transports.ts';

describe.each(TRANSPORTS)('the heartbeat over %s', (transport) => {
  it('keeps 2 idle ends alive through 4 probes, and measures the round trip', async () => {
    const probes = tapeProbes();
    const { client, session, clientTape, serverTape } = await startPair({ transport });
    await probes.count(4);
    expect(namesOf(clientTape)).toEqual(['connect']);
    expect(namesOf(serverTape)).toEqual(['connect']);
    for (const end of [client, session]) {
      const { belief, missed, allowed, silenceMs } = end.inspect();
      expect({ belief, allowed }).toEqual({ belief: 'alive', allowed: 3 });
      expect(missed).toBeLessThanOrEqual(1);
      expect(silenceMs).toBeLessThan(500);
    }
    // Whoever has sent 2 has had the answer to the first.
    const watcher = probesOf(probes, client).length > 1 ? client : session;
    expect(watcher.inspect().rtt?.smoothedMs).toBeGreaterThan(0);
  });

  it('L1: sends probes from those ends alone that watch: server, client, both or none', async () => {
    const probes = tapeProbes();
    const start = (ofServer: KeepaliveSetting, ofClient: KeepaliveSetting): Promise<Pair> =>
      startPair({ transport, server: { keepalive: ofServer }, client: { keepalive: ofClient } });
    const [byServer, byClient, byBoth, byNone] = await Promise.all([
      start(FAST, false),
      start(false, FAST),
      start(FAST, FAST),
      start(false, false),
    ]);
    const sent = ({ server, client }: Pair): { server: number; client: number } => ({
      server: [...server.sessions].flatMap((session) => probesOf(probes, session)).length,
      client: probesOf(probes, client).length,
    });
    await probes.until(() => sent(byServer).server >= 4 && sent(byClient).client >= 4);
    expect(sent(byServer).client).toBe(0);
    expect(sent(byClient).server).toBe(0);
    expect(sent(byBoth).server + sent(byBoth).client).toBeGreaterThanOrEqual(2);
    expect(sent(byNone)).toEqual({ server: 0, client: 0 });
    const told = [byServer, byClient, byBoth, byNone].map(({ serverTape, clientTape }) =>
      [serverTape, clientTape].map((tape) => {
        expect(namesOf(tape)).toEqual(['connect']);
        return payloadOf(tape, 'connect');
      }),
    );
    const first = { epoch: 1, resumed: false, raised: false };
    const watches = { ...first, keepalive: { idleMs: 200, intervalMs: 100, probes: 3 }, boundMs: 500 };
    const trusts = { ...first, keepalive: undefined, boundMs: undefined };
    expect(told).toEqual([
      [watches, trusts],
      [trusts, watches],
      [watches, watches],
      [trusts, trusts],
    ]);
  });
});
