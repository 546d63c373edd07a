// What a client says before the proxy may dial for it: kept up to a bound, and given back.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WaitingClient } from '../../src/proxy/waiting-client.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;

it('takes at most 128 KiB of 16 MiB out of the kernel, and gives back each byte in its place', async () => {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => void socket.destroy());
  const said = Buffer.alloc(
    16 * MIB,
    Uint8Array.from({ length: 251 }, (_, index) => index),
  );
  client.end(said);

  const handleGone = vi.fn();
  const waiting = new WaitingClient(socket, handleGone);
  await until(() => socket.isPaused());
  await new Promise<void>((resolve) => waiting.whenQuiet(resolve));
  expect(socket.bytesRead).toBeGreaterThanOrEqual(64 * 1_024);
  expect(socket.bytesRead).toBeLessThanOrEqual(128 * 1_024);
  waiting.leave();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await once(socket, 'end');
  expect(Buffer.concat(chunks).equals(said)).toBe(true);
  expect(handleGone).not.toHaveBeenCalled();
});
