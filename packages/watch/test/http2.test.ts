// What a GOAWAY means, in one process. Against a process of its own: test/integration/watch-http2.test.ts.

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { ServerHttp2Session } from 'node:http2';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { watchHttp2 } from '@systole/watch/http2';
import { expect, it, onTestFinished } from 'vitest';

it.each([
  { number: 2, data: 'out of memory', end: { cause: 'closed-by-peer', code: 'INTERNAL_ERROR' } },
  { number: 11, data: 'enough', end: { cause: 'closed-by-peer', code: 'ENHANCE_YOUR_CALM' } },
  { number: 11, data: 'too_many_pings', end: { cause: 'too-many-pings', code: 'ENHANCE_YOUR_CALM' } },
  // Of an extension that came later than us.
  { number: 77, data: undefined, end: { cause: 'closed-by-peer', code: '77' } },
])(
  'says $end.cause with $end.code of a peer that ends with GOAWAY $number and $data',
  async ({ number, data, end }) => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => session.destroy());
    session.on('error', () => {}); // of a code other than NO_ERROR
    const [[peer]] = await Promise.all([
      once(server, 'session') as Promise<[ServerHttp2Session]>,
      once(session, 'connect'),
    ]);
    peer.on('error', () => {});
    const ended = watchHttp2(session).next('disconnect');
    peer.goaway(number, 0, data === undefined ? undefined : Buffer.from(data));
    const { cause, evidence } = await ended;
    expect({ cause, code: evidence.code }).toEqual(end);
    expect(evidence.detail).toBe(data);
  },
);

it('leaves a session alone where its signal is aborted already: another watch may have it, which is its 1st', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  expect(watchHttp2(session, { signal: AbortSignal.abort() }).inspect()).toMatchObject({ state: 'stopped', epoch: 0 });
  expect(watchHttp2(session).inspect()).toMatchObject({ state: 'watching', epoch: 1 });
});
