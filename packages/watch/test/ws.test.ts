// Which pong answers which ping of a WebSocket; with real ones in test/integration/watch-ws.test.ts.

import { EventEmitter } from 'node:events';
import { ManualClock } from '@systole/testing';
import { watchWebSocket } from '@systole/watch/ws';
import { describe, expect, it } from 'vitest';
import { FakeStream, TRIPLE } from './peer.ts';

/** A WebSocket without a peer: what is pinged stands in `pings`, and pongs are said by {@link pong}. */
class FakeWebSocket extends EventEmitter {
  readonly stream = new FakeStream();
  readonly pings: { readonly payload: string; readonly done: (error?: Error) => void }[] = [];

  ping(payload: string, _mask: undefined, done: (error?: Error) => void): void {
    this.pings.push({ payload, done });
  }

  /** It has come, and whoever waits for it has been told. */
  async pong(payload = ''): Promise<void> {
    this.stream.hear();
    this.emit('pong', Buffer.from(payload));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function watchFakeWebSocket() {
  const ws = new FakeWebSocket();
  const clock = new ManualClock();
  const watch = watchWebSocket(ws, { socket: ws.stream }, { clock, keepalive: TRIPLE, random: () => 0 });
  return { ws, clock, watch };
}

describe('the pings of a WebSocket', () => {
  it('are answered by the pong of their payload, and by no other', async () => {
    const { ws, clock, watch } = watchFakeWebSocket();
    clock.advance(TRIPLE.idle);
    clock.advance(70);
    expect(ws.pings).toHaveLength(1);
    await ws.pong('of somebody else');
    await ws.pong('');
    expect(watch.inspect().rtt).toBeUndefined();
    await ws.pong(ws.pings[0]?.payload);
    expect(watch.inspect().rtt?.latestMs).toBe(70);
  });

  it('are all answered by the pong of the newest, and an older one that comes later measures nothing', async () => {
    const { ws, clock, watch } = watchFakeWebSocket();
    clock.advance(TRIPLE.idle);
    clock.advance(TRIPLE.interval);
    clock.advance(20);
    expect(ws.pings).toHaveLength(2);
    await ws.pong(ws.pings[1]?.payload);
    expect(watch.inspect()).toMatchObject({ belief: 'alive', rtt: { latestMs: 20 } });
    clock.advance(100);
    await ws.pong(ws.pings[0]?.payload);
    expect(watch.inspect().rtt?.latestMs).toBe(20);
  });

  it('that could not be written are counted as failed, and are no answer', async () => {
    const { ws, clock, watch } = watchFakeWebSocket();
    clock.advance(TRIPLE.idle);
    ws.pings[0]?.done(new Error('WebSocket is not open: readyState 2 (CLOSING)'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(watch.inspect()).toMatchObject({ probeFailures: 1, rtt: undefined, missed: 1 });
  });
});
