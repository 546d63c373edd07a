// The second implementation, in Python, against ours: each of the two as the client, and as the server. And its run of the vectors.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Session } from '@systole/client';
import type { Server } from '@systole/server';
import type { FaultProxy } from '@systole/testing/proxy';
import { startFaultProxy } from '@systole/testing/proxy';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Told } from '../support/pair.ts';
import {
  endOf,
  namesOf,
  nextSession,
  optionsFor,
  payloadOf,
  record,
  startClient,
  startServer,
} from '../support/pair.ts';
import { probesOf, tapeProbes } from '../support/probes.ts';
import { hasPython, PythonPeer, pythonFile } from '../support/python.ts';
import type { Tape } from '../support/tape.ts';

/** A verdict comes 1.8 s after the last evidence: time enough for a process that has to share its processor. */
const TRIPLE = { idle: 300, interval: 500, probes: 3 } as const;
const PYTHON_TRIPLE = [TRIPLE.idle, TRIPLE.interval, TRIPLE.probes];
const BOUND_MS = TRIPLE.idle + TRIPLE.interval * TRIPLE.probes;
/** What a busy machine may add before a verdict is noticed. */
const SLACK_MS = 1_000;

interface Options {
  /** Who watches. Default: both. */
  readonly watch?: 'us' | 'python' | 'both';
  readonly onMessage?: (message: unknown) => unknown;
}

interface Couple {
  /** Our end. */
  readonly session: Session;
  readonly tape: Tape<Told>;
  readonly python: PythonPeer;
  /** Between the two. */
  readonly proxy: FaultProxy;
}

const RECONNECT = { base: 50, cap: 50 } as const;

/** Both ends of a session, with Python as one of them. */
async function startCouple(
  pythonIs: 'client' | 'server',
  { watch = 'both', onMessage }: Options = {},
): Promise<Couple> {
  const ours = {
    keepalive: watch === 'python' ? false : TRIPLE,
    minPingInterval: 100,
    onMessage: onMessage ?? ((message: unknown) => ({ got: message })),
  } as const;
  const theirs = { keepalive: watch === 'us' ? null : PYTHON_TRIPLE, minPing: 100 };
  if (pythonIs === 'client') {
    const server = await startServer(ours);
    const proxy = await startProxy(portOf(server));
    const arrival = nextSession(server);
    const python = new PythonPeer('client', (proxy.address as { port: number }).port, theirs);
    return { ...(await arrival), python, proxy };
  }
  const python = new PythonPeer('server', 0, theirs);
  const [{ port } = { port: 0 }] = await python.first('listening');
  const proxy = await startProxy(port as number);
  const client = startClient({ ...optionsFor(proxy.address), ...ours, reconnect: RECONNECT });
  const tape = record(client);
  await client.ready();
  return { session: client, tape, python, proxy };
}

async function startProxy(target: number): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ target });
  onTestFinished(() => proxy.close());
  return proxy;
}

function portOf({ address }: Server): number {
  if (address === undefined || 'path' in address) throw new Error('the server does not listen at a port');
  return address.port;
}

describe.skipIf(!hasPython)('the second implementation (needs python3, 3.9 or later)', () => {
  it('passes every vector', async () => {
    const { stdout } = await promisify(execFile)('python3', ['-B', pythonFile('run_vectors.py')]);
    expect(stdout).toMatch(/^\d{3,} passed, 0 failed\n$/);
  });

  describe.each(['client', 'server'] as const)('as the %s', (pythonIs) => {
    it('acknowledges messages both ways with results, and says goodbye', async () => {
      const { session, tape, python } = await startCouple(pythonIs);
      expect(await session.send({ temp: 21.5 })).toEqual({ echo: { temp: 21.5 } });
      python.send('hi');
      const [settled] = await python.first('settled');
      expect(settled).toMatchObject({ message: 1, outcome: ['value', { got: 'hi' }] });
      expect(await python.close()).toBe(0);
      expect((await endOf(tape)).cause).toBe(pythonIs === 'client' ? 'closed-by-peer' : 'going-away');
      expect(await python.first('disconnect')).toMatchObject([{ cause: 'closed-locally' }]);
    });

    it('is said goodbye to', async () => {
      const { session, python } = await startCouple(pythonIs);
      const last = session.send('last');
      await session.close('done');
      expect(await last).toEqual({ echo: 'last' });
      expect(await python.first('disconnect')).toMatchObject([{ cause: 'closed-by-peer', reason: 'done' }]);
    });

    it('hears why a message was not handled', async () => {
      const refuse = () => {
        throw Object.assign(new Error('no room'), { code: 'full' });
      };
      const { python } = await startCouple(pythonIs, { onMessage: refuse });
      python.send('hi');
      expect(await python.first('settled')).toMatchObject([{ outcome: ['failure', 'full', 'no room'] }]);
    });

    it('sends and takes a message of 300,000 bytes', async () => {
      const { session, python } = await startCouple(pythonIs);
      const text = 'x'.repeat(300_000);
      expect(await session.send(text)).toEqual({ echo: text });
      python.send(text);
      expect((await python.first('settled'))[0]?.['outcome']).toEqual(['value', { got: text }]);
    });

    it('answers 5 of our PINGs, and stays connected', async () => {
      const probes = tapeProbes();
      const { session, tape, python } = await startCouple(pythonIs, { watch: 'us' });
      await probes.until(() => probesOf(probes, session).length > 5);
      expect(session.inspect().rtt?.smoothedMs).toBeGreaterThan(0);
      expect(namesOf(tape)).not.toContain('disconnect');
      expect(python.told.items.map(({ event }) => event)).not.toContain('disconnect');
    });

    it('watches us, has 5 PONGs, and stays connected', async () => {
      const { tape, python } = await startCouple(pythonIs, { watch: 'python' });
      await python.first('pong', 5);
      expect(namesOf(tape)).not.toContain('disconnect');
      expect(python.told.items.map(({ event }) => event)).not.toContain('disconnect');
    });

    it('goes on over another connection: of 40 messages none is lost, and none is handled twice', async () => {
      const count = 20;
      const handled: unknown[] = [];
      const onMessage = (message: unknown): unknown => {
        handled.push(message);
        if (handled.length === 5) proxy.reset();
        return { got: message };
      };
      const { session, tape, python, proxy } = await startCouple(pythonIs, { onMessage });
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const results = numbers.map((number) => session.send(number));
      for (const number of numbers) python.send(number);
      expect(await Promise.all(results)).toEqual(numbers.map((number) => ({ echo: number })));
      const settled = await python.first('settled', count);
      expect(settled.map(({ outcome }) => outcome)).toEqual(numbers.map((number) => ['value', { got: number }]));
      expect(handled).toEqual(numbers);
      const heard = python.told.all(({ event }) => event === 'message').map(({ value }) => value);
      expect(heard).toEqual(numbers);
      expect(await python.first('connect', 2)).toMatchObject([{ resumed: false }, { epoch: 2, resumed: true }]);
      const connects = tape.all(({ type }) => type === 'connect').map(({ payload }) => payload);
      expect(connects).toMatchObject([{ epoch: 1 }, { epoch: 2, resumed: true }]);
    });

    it(`is found silent within ${BOUND_MS} ms when its process is frozen`, async () => {
      const { tape, python } = await startCouple(pythonIs);
      python.freeze();
      await tape.first(({ type }) => type === 'disconnect');
      const { cause, evidence } = payloadOf(tape, 'disconnect');
      expect(cause).toBe('silent');
      expect(evidence.silenceMs).toBeLessThan(BOUND_MS + SLACK_MS);
    });

    it('finds us silent when the network is gone', async () => {
      const { python, proxy } = await startCouple(pythonIs, { watch: 'python' });
      await python.first('pong');
      proxy.set('blackholed');
      expect(await python.first('disconnect')).toMatchObject([{ cause: 'silent' }]);
    });
  });
});
