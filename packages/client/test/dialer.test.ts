import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { getEventListeners, once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { AlarmOwner, Clock } from '@systole/core';
import { systemClock } from '@systole/core/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DialConfig, DialFailure, Dialled } from '../src/dialer.ts';
import { dial } from '../src/dialer.ts';
import { targetAddress } from '../src/target.ts';

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }));

/** What resolving a name gives in this test. */
function resolveTo(...addresses: readonly LookupAddress[]): void {
  // The overload that `dial` uses, which the type of a mocked function does not show.
  vi.mocked(lookup).mockImplementation((async () => addresses) as unknown as typeof lookup);
}

function failWith(code: string): void {
  vi.mocked(lookup).mockRejectedValue(
    Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo' }),
  );
}

const V4: LookupAddress = { address: '127.0.0.1', family: 4 };

/** A clock on which every deadline passes as soon as it is set. */
function hastyClock(): Clock & { readonly deadlines: number[] } {
  const deadlines: number[] = [];
  return {
    deadlines,
    now: () => 1_000,
    afterPoll: (callback) => systemClock.afterPoll(callback),
    lastStall: undefined,
    onStall: () => () => {},
    alarm: (owner: AlarmOwner) => {
      let isSet = false;
      return {
        set: (deadline) => {
          deadlines.push(deadline);
          isSet = true;
          queueMicrotask(() => isSet && owner.handleAlarm(deadline));
        },
        clear: () => {
          isSet = false;
        },
      };
    },
  };
}

describe('dial', () => {
  let server: Server;
  let sockets: Socket[];
  let port: number;
  let controller: AbortController;
  let config: DialConfig;

  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => sockets.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
    controller = new AbortController();
    config = { clock: systemClock, dnsTimeoutMs: 4_000, connectTimeoutMs: 3_000, signal: controller.signal };
  });

  afterEach(() => {
    vi.mocked(lookup).mockReset();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  function socketOf(outcome: Dialled | DialFailure | undefined): Socket {
    if (outcome === undefined || !('socket' in outcome)) throw new Error('no socket');
    sockets.push(outcome.socket);
    return outcome.socket;
  }

  it('gives a connected socket that may be half open, and no listener of its own on it or on the signal', async () => {
    const before = systemClock.now();
    const outcome = await dial({ host: '127.0.0.1', port }, config);
    const socket = socketOf(outcome);
    expect(socket.readyState).toBe('open');
    expect(socket.allowHalfOpen).toBe(true);
    expect(socket.listenerCount('error')).toBe(0);
    expect(socket.listenerCount('connect')).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(lookup).not.toHaveBeenCalled();
    const deadline = (outcome as Dialled).deadline;
    expect(deadline).toBeGreaterThanOrEqual(before + 3_000); // 3 s from when TCP began: the handshake has the rest
    expect(deadline).toBeLessThanOrEqual(systemClock.now() + 3_000);
  });

  it('resolves a name once, and dials what it stands for', async () => {
    resolveTo(V4);
    const socket = socketOf(await dial({ host: 'gateway.example', port }, config));
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(vi.mocked(lookup).mock.calls).toEqual([['gateway.example', { all: true }]]);
  });

  it('tries the second of 2 addresses where nobody listens at the first', async () => {
    resolveTo({ address: '127.0.0.2', family: 4 }, V4);
    const socket = socketOf(await dial({ host: 'gateway.example', port }, config));
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });

  it('tells the cause of the last of 2 addresses where both fail, not an AggregateError', async () => {
    resolveTo({ address: '127.0.0.2', family: 4 }, { address: '127.0.0.3', family: 4 });
    const outcome = await dial({ host: 'gateway.example', port }, config);
    expect(outcome).toMatchObject({ cause: 'refused', error: { code: 'ECONNREFUSED', address: '127.0.0.3' } });
  });

  it('fails with refused where nobody listens, and leaves no listener on the signal', async () => {
    server.close();
    await once(server, 'close');
    const outcome = await dial({ host: '127.0.0.1', port }, config);
    expect(outcome).toMatchObject({ cause: 'refused', error: { code: 'ECONNREFUSED', syscall: 'connect' } });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'])('fails with dns where the resolver says %s', async (code) => {
    failWith(code);
    expect(await dial({ host: 'gateway.example', port }, config)).toMatchObject({ cause: 'dns', error: { code } });
  });

  it('L10: fails with dns at the deadline of the name, 4 s from now, where the resolver never answers', async () => {
    vi.mocked(lookup).mockReturnValue(new Promise<never>(() => {}));
    const clock = hastyClock();
    const outcome = await dial({ host: 'gateway.example', port }, { ...config, clock });
    expect(outcome).toMatchObject({ cause: 'dns', error: { message: 'not within 4000 ms' } });
    expect(clock.deadlines).toEqual([5_000]);
  });

  it('L10: fails with connect-timeout at the deadline of TCP, 3 s from now, and destroys the socket', async () => {
    const clock = hastyClock();
    const outcome = await dial({ host: '127.0.0.1', port }, { ...config, clock });
    expect(outcome).toMatchObject({ cause: 'connect-timeout', error: { message: 'not within 3000 ms' } });
    expect(clock.deadlines).toEqual([4_000]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('L10: goes on for the rest of 3 s where its alarm rings early, as all do after the system has slept', async () => {
    let rings = 0;
    const deadlines: number[] = [];
    const clock: Clock = {
      ...hastyClock(),
      alarm: (owner: AlarmOwner) => ({
        set: (deadline) => {
          deadlines.push(deadline);
          rings += 1;
          const now = rings === 1 ? deadline - 1 : deadline;
          if (rings <= 2) queueMicrotask(() => owner.handleAlarm(now));
        },
        clear: () => {},
      }),
    };
    const outcome = await dial({ host: '127.0.0.1', port }, { ...config, clock });
    expect(outcome).toMatchObject({ cause: 'connect-timeout' });
    expect(deadlines).toEqual([4_000, 4_000]);
  });

  it('is stopped by its signal at once: while the name is resolved, while TCP connects, and before both', async () => {
    vi.mocked(lookup).mockReturnValue(new Promise<never>(() => {}));
    const resolving = dial({ host: 'gateway.example', port }, config);
    controller.abort();
    expect(await resolving).toBeUndefined();

    controller = new AbortController();
    const connecting = dial({ host: '127.0.0.1', port }, { ...config, signal: controller.signal });
    controller.abort();
    expect(await connecting).toBeUndefined();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);

    expect(await dial({ host: '127.0.0.1', port }, { ...config, signal: AbortSignal.abort() })).toBeUndefined();
  });

  it('ignores an answer of the resolver that comes after the signal', async () => {
    let answer: (addresses: LookupAddress[]) => void = () => {};
    vi.mocked(lookup).mockImplementation(
      (() => new Promise((resolve) => (answer = resolve))) as unknown as typeof lookup,
    );
    const outcome = dial({ host: 'gateway.example', port }, config);
    controller.abort();
    answer([V4]);
    expect(await outcome).toBeUndefined();
  });
});

describe('targetAddress', () => {
  it.each([
    { target: { host: 'gateway.example', port: 1 }, text: 'gateway.example:1' },
    { target: { host: '127.0.0.1', port: 65_535 }, text: '127.0.0.1:65535' },
    { target: { host: '::1', port: 80 }, text: '[::1]:80' },
    { target: { path: '/run/a.sock' }, text: '/run/a.sock' },
  ])('writes $text', ({ target, text }) => {
    expect(targetAddress(target)).toBe(text);
  });
});
