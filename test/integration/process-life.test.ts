import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClientOptions } from '@systole/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nextSession, optionsFor, payloadOf, startServer } from '../support/pair.ts';
import { Tape } from '../support/tape.ts';

interface Loner {
  readonly told: Tape<{ readonly type: string; readonly attempt?: number }>;
  /** Resolves with its exit code. */
  readonly exited: Promise<number | null>;
}

/** A client in a process that nothing else keeps alive: see `child-loner.ts`. */
function startLoner(options: ClientOptions): Loner {
  const file = fileURLToPath(new URL('../dist/support/child-loner.js', import.meta.url));
  if (!existsSync(file)) throw new Error('child-loner is not built: run tsc -b');
  const child = fork(file, [JSON.stringify(options)], { execArgv: [] });
  const told: Loner['told'] = new Tape();
  child.on('message', (message) => told.push(message as { type: string }));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { told, exited };
}

describe('L12: the life of a process', () => {
  it('does not depend on the heartbeat of an idle connection: it ends, an hour before the next probe', async () => {
    const server = await startServer({ keepalive: 'default' });
    const arrival = nextSession(server);
    const loner = startLoner({ ...optionsFor(server.address), keepalive: { idle: '1h', interval: '1h', probes: 3 } });
    const { tape } = await arrival;
    expect(await loner.exited).toBe(0);
    expect(loner.told.items).toEqual([{ type: 'connect' }]);
    await tape.first(({ type }) => type === 'disconnect');
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'eof', evidence: { hint: 'crash' } });
  });

  it('is kept by a client that waits to reconnect, until somebody listens', async () => {
    const first = await startServer();
    const address = first.address as { port: number; host: string };
    await first.close();
    const loner = startLoner({ ...optionsFor(address), reconnect: { base: 50, cap: 50 } });
    await loner.told.count(3);
    expect(loner.told.items.slice(0, 3)).toEqual([1, 2, 3].map((attempt) => ({ type: 'reconnecting', attempt })));
    await startServer({}, address);
    expect(await loner.exited).toBe(0); // connected and idle, see above
    expect(loner.told.items.at(-1)).toEqual({ type: 'connect' });
  });

  it('is no longer kept when the client has given up after 2 attempts', async () => {
    const first = await startServer();
    const address = first.address as { port: number; host: string };
    await first.close();
    const loner = startLoner({ ...optionsFor(address), reconnect: { base: 50, cap: 50, maxAttempts: 2 } });
    expect(await loner.exited).toBe(0);
    expect(loner.told.items).toEqual([1, 2].map((attempt) => ({ type: 'reconnecting', attempt })));
  });
});
