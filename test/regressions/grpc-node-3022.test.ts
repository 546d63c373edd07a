// When its keepalive had timed out, the server said session.close(), which waits for a peer that is not there: the connection
// hung for ever. It took destroy(). https://github.com/grpc/grpc-node/pull/3022

import { describe as promise } from '@systole/server';
import { describe, expect, it } from 'vitest';
import type { FromChildClient } from '../support/child-client.ts';
import { countHandles } from '../support/handles.ts';
import { FAST, nextSession, optionsFor, startServer } from '../support/pair.ts';
import { Program } from '../support/program.ts';

const LIMITS = { writeTimeout: 500, pausedTimeout: 0 };
const LATEST_MS = (promise({ keepalive: FAST, ...LIMITS })?.maxBoundMs ?? 0) + 500;
const MIB = 2 ** 20;

describe('grpc-node#3022', () => {
  it.each([
    { what: 'nothing is queued', megabytes: 0 },
    { what: '16 MiB are queued that it does not read', megabytes: 16 },
  ])(
    'a peer judged dead is destroyed at once where $what: no socket is left, and close() has nobody to wait for',
    async ({ megabytes }) => {
      const sockets = await countHandles('TCPSocketWrap');
      const server = await startServer({ ...LIMITS, maxQueuedBytes: 64 * MIB, closeTimeout: '1h' });
      const arrival = nextSession(server);
      await using child = new Program<FromChildClient>('child-client', {
        ...optionsFor(server.address),
        keepalive: false,
        minPingInterval: 100,
      });
      const { session } = await arrival;
      expect(await session.send('here?')).toBe('here?');

      child.freeze();
      const sent = Array.from({ length: megabytes }, () => session.send(Buffer.alloc(MIB - 16)));
      const fates = Promise.allSettled(sent);
      const { evidence } = await session.next('disconnect');
      expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
      expect(await countHandles('TCPSocketWrap')).toBe(sockets);
      expect(server.sessions.size).toBe(0);
      expect((await fates).filter(({ status }) => status === 'rejected')).toHaveLength(megabytes);
      await server.close();
    },
  );
});
