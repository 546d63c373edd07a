import type { SystoleError } from '@systole/server';
import { describe as promise } from '@systole/server';
import { describe, expect, it } from 'vitest';
import type { FromChildClient } from '../support/child-client.ts';
import { countHandles } from '../support/handles.ts';
import { FAST, namesOf, nextSession, optionsFor, startServer } from '../support/pair.ts';
import { Program } from '../support/program.ts';

const MIB = 2 ** 20;

describe('a send queue that is full', () => {
  it('L4, L9: does not keep a frozen peer alive: with 32 MiB queued the verdict comes in the maximal bound, and destroys at once', async () => {
    const sockets = await countHandles('TCPSocketWrap');
    const limits = { writeTimeout: 1_000, pausedTimeout: 0 };
    const server = await startServer({
      ...limits,
      maxQueuedBytes: 64 * MIB,
      maxQueuedMessages: 400,
    });
    const arrival = nextSession(server);
    await using child = new Program<FromChildClient>('child-client', {
      ...optionsFor(server.address),
      keepalive: false,
      minPingInterval: 100,
      reconnect: false,
    });
    const { session, tape } = await arrival;
    expect(await session.send('here?')).toBe('here?');
    child.freeze();
    const sent = Array.from({ length: 336 }, () =>
      session.send(Buffer.alloc(100_000)).then(
        () => 'handled',
        ({ code }: SystoleError) => code,
      ),
    );
    expect(session.inspect()).toMatchObject({ queuedMessages: 336 });
    expect(session.inspect().queuedBytes).toBeGreaterThan(32 * MIB);

    const { cause, evidence } = await session.next('dead');
    const promised = promise({ keepalive: FAST, ...limits })?.maxBoundMs ?? 0;
    expect(['write-stalled', 'silent']).toContain(cause);
    expect(evidence.silenceMs).toBeLessThanOrEqual(promised + 500); // room for a machine that is busy with other tests
    expect(namesOf(tape).slice(-4)).toEqual(['suspect', 'dead', 'disconnect', 'end']);

    const codes = await Promise.all(sent);
    expect(codes).toContain('ERR_IN_DOUBT'); // on their way, in some buffer
    expect(codes).toContain('ERR_CLOSED'); // never left
    expect(new Set(codes)).toEqual(new Set(['ERR_IN_DOUBT', 'ERR_CLOSED']));
    expect(session.inspect()).toMatchObject({ queuedMessages: 0, queuedBytes: 0, state: 'ended' });
    expect(await countHandles('TCPSocketWrap')).toBe(sockets);
  });
});
