// RST, whatever the socket was about to do.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { reset } from '../../src/proxy/reset.ts';
import { End } from '../support/proxy-rig.ts';

/** Both ends of a connection on TCP. */
async function openPair(): Promise<{ readonly near: Socket; readonly far: End }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const near = connect({ ...(server.address() as { port: number }), host: '127.0.0.1', allowHalfOpen: true });
  near.on('error', () => {});
  onTestFinished(() => void near.destroy());
  const [[accepted]] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, once(near, 'connect')]);
  return { near, far: new End(accepted) };
}

it('is sent at once behind 0 bytes: its peer sees ECONNRESET and no FIN', async () => {
  const { near, far } = await openPair();
  reset(near);
  await far.ends('close');
  expect(far.ending).toEqual(['ECONNRESET', 'close']);
});

it('is sent behind a FIN that is under way: a first write of its peer fails', async () => {
  const { near, far } = await openPair();
  near.end();
  reset(near);
  expect(near.destroyed).toBe(false);
  await new Promise((resolve) => near.once('close', resolve));
  await far.ends('fin');
  // Behind a FIN alone, a first write would still be taken: it would bring the RST.
  const failure = await new Promise((resolve) => far.socket.write('x', resolve));
  expect(failure).toMatchObject({ code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) });
});

it('does nothing to a socket that is destroyed: its peer sees 1 FIN', async () => {
  const { near, far } = await openPair();
  near.destroy();
  reset(near);
  await far.ends('fin');
  expect(far.ending).toEqual(['fin']);
});
