import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type ListenOptions, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextCheck } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SocketTransport } from '../../src/node/socket-transport.ts';
import { SystemClock } from '../../src/node/system-clock.ts';
import type { TransportError, TransportListener } from '../../src/words/transport.ts';

const MIB = 2 ** 20;

type Told = readonly ['bytes', string] | readonly ['end'] | readonly ['drained'] | readonly ['closed', TransportError?];

/** Keeps what it is told, and resolves promises when it is. */
class Recorder implements TransportListener {
  readonly told: Told[] = [];
  byteCount = 0;
  onBytes: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  handleBytes(chunk: Uint8Array): void {
    this.byteCount += chunk.length;
    this.#tell(['bytes', chunk.length > 100 ? `${chunk.length} bytes` : Buffer.from(chunk).toString()]);
    this.onBytes?.();
  }

  handleEnd(): void {
    this.#tell(['end']);
  }

  handleDrained(): void {
    this.#tell(['drained']);
  }

  handleClosed(error?: TransportError): void {
    this.#tell(error === undefined ? ['closed'] : ['closed', error]);
  }

  count(what: Told[0]): number {
    return this.told.filter(([name]) => name === what).length;
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async closed(): Promise<void> {
    await this.until(() => this.count('closed') > 0);
    await nextCheck(); // what comes too late would come now
    await nextCheck();
  }

  #tell(told: Told): void {
    this.told.push(told);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe('SocketTransport', () => {
  let server: Server;
  let near: Socket;
  let far: Socket;
  let recorder: Recorder;

  async function connect(options: ListenOptions = { port: 0, host: '127.0.0.1' }): Promise<void> {
    server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(options);
    await once(server, 'listening');
    const address = server.address();
    far = typeof address === 'object' ? net.connect(address?.port ?? 0, '127.0.0.1') : net.connect(address);
    far.allowHalfOpen = true;
    far.pause(); // before it connects: it reads nothing until told to
    const [[accepted]] = await Promise.all([once(server, 'connection'), once(far, 'connect')]);
    near = accepted as Socket;
    far.on('error', () => undefined);
  }

  /** Fills both kernel buffers, 64 KiB a write; the last write is left in our queue. */
  function fill(transport: SocketTransport): void {
    while (transport.unwritten === 0) transport.write([new Uint8Array(65_536)]);
  }

  beforeEach(async () => {
    recorder = new Recorder();
    await connect();
  });

  afterEach(() => {
    near.destroy();
    far.destroy();
    server.close();
  });

  it('tells bytes in their order, then a FIN, and stays open for writing until it has sent its own', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    expect(recorder.told).toEqual([]); // nothing before attach has returned
    far.end('hello');
    await recorder.until(() => recorder.count('end') === 1);
    expect(recorder.told).toEqual([['bytes', 'hello'], ['end']]);
    far.resume();
    transport.write([Buffer.from('bye')]);
    transport.end();
    await recorder.closed();
    expect(recorder.told).toEqual([['bytes', 'hello'], ['end'], ['closed']]);
  });

  it('switches off the algorithm of Nagle', () => {
    const setNoDelay = vi.spyOn(near, 'setNoDelay');
    new SocketTransport(near).attach(recorder);
    expect(setNoDelay.mock.calls).toEqual([[true]]);
  });

  it('shares its listener functions among all sockets', () => {
    new SocketTransport(near).attach(recorder);
    new SocketTransport(far).attach(new Recorder());
    for (const event of ['data', 'error', 'close'])
      expect(far.listeners(event)).toEqual(expect.arrayContaining([near.listeners(event).at(-1)]));
  });

  it('writes 3 chunks with one system call: the peer reads them as 1', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    const cork = vi.spyOn(near, 'cork');
    const uncork = vi.spyOn(near, 'uncork');
    transport.write(['a', 'bc', 'd'].map((text) => Buffer.from(text)));
    expect(transport.unwritten).toBe(0);
    far.resume();
    const [chunk] = await once(far, 'data');
    expect(String(chunk)).toBe('abcd');
    expect([cork.mock.calls.length, uncork.mock.calls.length]).toEqual([1, 1]);
  });

  it('is silent when the kernel takes everything at once, and when there is nothing to write', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    transport.write([]);
    transport.write([Buffer.from('a')]);
    far.resume();
    await once(far, 'data');
    expect(recorder.told).toEqual([]);
  });

  it('tells drained once, when a queue below the high-water mark of Node has gone', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    let nativeDrains = 0;
    near.on('drain', () => {
      nativeDrains += 1;
    });
    while (transport.unwritten === 0) transport.write([new Uint8Array(1000)]);
    expect(transport.unwritten).toBe(1000);
    const write = vi.spyOn(near, 'write');
    transport.write([new Uint8Array(10), new Uint8Array(10)]); // while it waits
    expect(write).toHaveBeenCalledTimes(2);
    expect(transport.unwritten).toBe(1020);
    await nextCheck();
    expect(recorder.told).toEqual([]);
    far.resume();
    await recorder.until(() => recorder.count('drained') > 0);
    expect(transport.unwritten).toBe(0);
    await nextCheck();
    expect(recorder.told).toEqual([['drained']]);
    expect(nativeDrains).toBe(0); // why it does not rely on it
  });

  it('tells drained again after each of 3 queues', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    for (let round = 1; round <= 3; round += 1) {
      far.pause();
      fill(transport);
      far.resume();
      await recorder.until(() => recorder.count('drained') === round);
      expect(transport.unwritten).toBe(0);
    }
  });

  it('tells drained also when end was called while a queue was waiting, before the peer has ended', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    fill(transport);
    transport.write([new Uint8Array(100_000)]);
    transport.end();
    transport.end();
    let isFinSeen = false;
    far.on('end', () => {
      isFinSeen = true;
    });
    far.resume();
    await recorder.until(() => recorder.count('drained') > 0);
    if (!isFinSeen) await once(far, 'end');
    expect(recorder.told).toEqual([['drained']]);
    far.end();
    await recorder.closed();
    expect(recorder.told).toEqual([['drained'], ['end'], ['closed']]);
  });

  it.each(['', ' and end is called'])(
    'tells drained once when 32 MiB more are written%s while a queue is leaving',
    async (then) => {
      const transport = new SocketTransport(near);
      transport.attach(recorder);
      fill(transport);
      transport.write([new Uint8Array(32 * MIB)]);
      const before = near.bytesWritten - 32 * MIB;
      let received = 0;
      let isDone = false;
      far.on('data', (chunk) => {
        received += chunk.length;
        if (isDone || received <= before) return; // the 32 MiB are leaving now
        isDone = true;
        transport.write([new Uint8Array(32 * MIB)]); // more than the kernel will take at once
        if (then !== '') transport.end();
      });
      far.resume();
      await recorder.until(() => recorder.count('drained') > 0);
      expect(transport.unwritten).toBe(0);
      await nextCheck();
      expect(recorder.told).toEqual([['drained']]);
      while (received < before + 64 * MIB) await once(far, 'data');
    },
  );

  it('tells an RST as closed with ECONNRESET, once, and not as an end', async () => {
    new SocketTransport(near).attach(recorder);
    far.resetAndDestroy();
    await recorder.closed();
    expect(recorder.told).toEqual([['closed', { code: 'ECONNRESET', syscall: 'read' }]]);
  });

  it('tells a reset before the afterPoll callback that was asked for when it had arrived', async () => {
    near.destroy();
    far.destroy();
    server.close();
    const directory = await mkdtemp(join(tmpdir(), 'systole-'));
    await connect({ path: join(directory, 's') }); // where a close with unread bytes resets, and has arrived when it returns
    const clock = new SystemClock();
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    transport.write([Buffer.from('never read')]);
    const toldByThen = await new Promise<readonly Told[]>((resolve) => {
      const judge = (): void => {
        far.destroy();
        clock.afterPoll(() => resolve([...recorder.told]));
      };
      clock.alarm({ handleAlarm: judge }, { keepsProcess: true }).set(clock.now());
    });
    expect(toldByThen).toEqual([['closed', { code: 'ECONNRESET', syscall: 'read' }]]);
    await rm(directory, { recursive: true });
  });

  it('tells writes to a peer that is gone as closed with ECONNRESET or EPIPE: the first brings the RST, the second finds it', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    far.destroy();
    await recorder.until(() => recorder.count('end') === 1);
    while (recorder.count('closed') === 0) {
      transport.write([Buffer.from('to nobody')]); // Node stops reading at a FIN: only a write can find the RST
      await nextCheck();
    }
    await recorder.closed();
    expect(recorder.told).toEqual([
      ['end'],
      ['closed', { code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/), syscall: expect.any(String) }],
    ]);
  });

  it('survives a reset that comes before anybody is attached, and tells it then, asynchronously', async () => {
    const transport = new SocketTransport(near);
    near.resume();
    far.resetAndDestroy();
    await new Promise((resolve) => near.once('close', resolve));
    transport.attach(recorder);
    expect(recorder.told).toEqual([]);
    await recorder.closed();
    expect(recorder.told).toEqual([['closed', { code: 'ECONNRESET', syscall: 'read' }]]);
  });

  it.each(['just now', 'long ago'])(
    'of a socket that was destroyed %s is closed once, asynchronously',
    async (when) => {
      near.destroy();
      if (when === 'long ago') await once(near, 'close');
      const transport = new SocketTransport(near);
      transport.attach(recorder);
      transport.write([Buffer.from('nothing')]);
      transport.end();
      transport.destroy();
      transport.pause();
      transport.resume();
      expect(recorder.told).toEqual([]);
      await recorder.closed();
      expect(recorder.told).toEqual([['closed']]);
    },
  );

  it('of a socket whose FIN somebody else has read tells the end, once', async () => {
    far.end();
    near.resume();
    await once(near, 'end');
    new SocketTransport(near).attach(recorder);
    await recorder.until(() => recorder.count('end') > 0);
    await nextCheck();
    expect(recorder.told).toEqual([['end']]);
  });

  it('destroyed with 32 MiB queued is closed within 2 rounds of the loop, and tells nothing else', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    for (let i = 0; i < 32; i += 1) transport.write([new Uint8Array(MIB)]);
    expect(transport.unwritten).toBeGreaterThan(16 * MIB);
    far.write('late');
    transport.destroy();
    expect(recorder.told).toEqual([]);
    await nextCheck();
    await nextCheck();
    expect(recorder.told).toEqual([['closed']]);
    await recorder.closed();
    transport.write([Buffer.from('nothing')]);
    transport.destroy();
    await nextCheck();
    await nextCheck();
    expect(recorder.told).toEqual([['closed']]);
  });

  it('destroyed while it tells the first of 2 chunks does not tell the second', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    recorder.onBytes = () => transport.destroy();
    transport.pause();
    near.push('first');
    near.push('second');
    transport.resume();
    await recorder.closed();
    expect(recorder.told).toEqual([['bytes', 'first'], ['closed']]);
  });

  it('destroyed between the arrival of a FIN and its telling does not tell it', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    await nextCheck(); // it flows
    near.push(null);
    transport.destroy();
    await recorder.closed();
    expect(recorder.told).toEqual([['closed']]);
  });

  it('ignores what is written after end', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    transport.end();
    transport.write([Buffer.from('too late')]);
    far.end();
    far.resume();
    await recorder.closed();
    expect(recorder.told).toEqual([['end'], ['closed']]);
  });

  it('leaves bytes in the kernel while it is paused, so that the peer stops at less than 16 MiB, and reads them later', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    transport.pause();
    far.write(new Uint8Array(16 * MIB));
    for (let round = 0; round < 100; round += 1) await nextCheck();
    expect(recorder.told).toEqual([]);
    expect(far.writableLength).toBeGreaterThan(0);
    expect(near.bytesRead).toBeLessThan(MIB);
    transport.resume();
    await recorder.until(() => recorder.byteCount === 16 * MIB);
  });

  it('tells nothing after detach, and the next listener what has come meanwhile', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    far.write('first');
    await recorder.until(() => recorder.byteCount === 5);
    transport.detach();
    far.write('second');
    await nextCheck();
    await nextCheck();
    const next = new Recorder();
    transport.attach(next);
    far.end();
    await next.until(() => next.count('end') === 1);
    expect(recorder.told).toEqual([['bytes', 'first']]);
    expect(next.told).toEqual([['bytes', 'second'], ['end']]);
  });

  it('attached to a second listener tells that one alone, and each byte once', async () => {
    const transport = new SocketTransport(near);
    transport.attach(recorder);
    const next = new Recorder();
    transport.attach(next);
    far.end('bytes');
    await next.until(() => next.count('end') === 1);
    transport.destroy();
    await next.closed();
    expect(recorder.told).toEqual([]);
    expect(next.told).toEqual([['bytes', 'bytes'], ['end'], ['closed']]);
  });

  it('lets the kernel ask, too, behind our bound of 35 s, and not where kernelKeepalive is false', () => {
    const calls: unknown[][] = [];
    // A Node that can set all three values, as the kernel is asked by none that cannot.
    const setKeepAlive = (...[on, idle, interval, count]: readonly unknown[]) =>
      void calls.push([on, idle, interval, count]);
    Object.defineProperty(setKeepAlive, 'length', { value: 4 });
    const own = net.Socket.prototype.setKeepAlive;
    net.Socket.prototype.setKeepAlive = setKeepAlive as unknown as typeof own;
    onTestFinished(() => {
      net.Socket.prototype.setKeepAlive = own;
    });
    new SocketTransport(near, { noDelay: true, kernelKeepalive: false }).guard(35_000);
    expect(calls).toEqual([]);
    new SocketTransport(near).guard(35_000);
    expect(calls).toEqual([[true, 35_000, 5_000, 3]]);
  });

  it.each([
    ['its own destroy() has ended writes with ECANCELED', { code: 'ECANCELED', syscall: 'write' }, ['closed']],
    [
      'ECONNRESET has ended it',
      { code: 'ECONNRESET', syscall: 'read' },
      ['closed', { code: 'ECONNRESET', syscall: 'read' }],
    ],
  ])('tells a socket that was destroyed before attach as closed 1 time: %s', async (_what, failure, told) => {
    const transport = new SocketTransport(near);
    near.destroy(Object.assign(new Error(failure.code), failure));
    await new Promise((resolve) => near.once('close', resolve));
    transport.attach(recorder);
    await recorder.closed();
    expect(recorder.told).toEqual([told]);
  });
});
