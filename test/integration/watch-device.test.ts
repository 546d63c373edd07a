import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { delimited } from '@systole/core';
import { watchDevice } from '@systole/watch/device';
import { describe, expect, it } from 'vitest';
import { connectPair, WATCHED_KINDS } from '../support/watched-pairs.ts';

/** The verdict comes within 500 ms of the last byte. */
const TRIPLE = { idle: 200, interval: 100, probes: 3 } as const;

/** Room for a machine that is busy with other tests. */
const LATEST_MS = 500 + 500;

/** One line, one message. */
const LINES = delimited({ delimiter: '\n' });

/** Answers each `?` with a line, until it hangs. */
class Device {
  isHung = false;
  heard = '';

  constructor(end: Duplex) {
    end.on('data', (chunk: Buffer) => {
      this.heard += chunk;
      if (!this.isHung) end.write('noise\nhere\n');
    });
  }
}

describe.each(WATCHED_KINDS)('a device over %s', (kind) => {
  it('is asked by bytes, measured by its answers, and silent within 500 ms when it hangs', async () => {
    const { near, far } = await connectPair(kind);
    const device = new Device(far);
    near.resume();
    const reply = { framer: LINES, matches: (line: Uint8Array) => Buffer.from(line).equals(Buffer.from('here')) };
    const watching = watchDevice(near, { keepalive: TRIPLE, ping: '?', reply, strict: true });
    for (let answer = 0; answer < 3; answer += 1) await once(near, 'data');
    expect(watching.inspect().rtt?.latestMs).toBeGreaterThan(0);
    device.isHung = true;
    const { cause, evidence } = await watching.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(near.destroyed).toBe(true);
    expect(device.heard).toMatch(/^\?{4,}$/);
  });
});

describe.each(WATCHED_KINDS)('a device over %s that does not read', (kind) => {
  it('L4: is write-stalled within 500 ms: the ping waits behind what it has not taken, and no second one does', async () => {
    const { near } = await connectPair(kind);
    const pings: number[] = [];
    near.resume();
    near.write(Buffer.alloc(32 * 2 ** 20)); // more than both kernels hold
    const watching = watchDevice(near, {
      keepalive: TRIPLE,
      ping: (attempt) => {
        pings.push(attempt);
        return '?';
      },
    });
    const { cause, evidence } = await watching.next('dead');
    expect(cause).toBe('write-stalled');
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(pings).toEqual([1]);
  });
});

describe('watchDevice', () => {
  it.each([undefined, '', new Uint8Array(0), 5, null])('needs a ping, and %o is none', (ping) => {
    const stream = new PassThrough();
    expect(() => watchDevice(stream, { ping } as never)).toThrow(
      'ping must be bytes, text, or a function that makes them',
    );
    watchDevice(stream, { ping: '?' }).stop();
  });

  it('does not write to a stream that has ended: its owner gets no error', async () => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, taken) => taken() });
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    const watching = watchDevice(stream, { keepalive: TRIPLE, ping: '?' });
    stream.end();
    await watching.next('dead');
    expect(errors).toEqual([]);
    expect(watching.inspect().probeFailures).toBeGreaterThanOrEqual(3);
  });
});
