// A box on the path is faster than our probes: both ends say so in their logs, before anything has happened.

import { connect } from '@systole/client';
import { createServer } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';

const OPTIONS = { keepalive: { idle: '2m' }, idleLimits: ['350s', '90s'] } as const;

function warningsIn({ tape }: LogTape): readonly unknown[] {
  return tape.all(({ level }) => level === 'warn');
}

describe('idle of 120,000 ms where a box forgets after 90,000 ms', () => {
  const warning = { message: 'idle not below an idle limit', fields: { idleMs: 120_000, limitMs: 90_000 } };

  it('is warned of once by a server, and once by a client', async () => {
    const [atServer, atClient] = [new LogTape(), new LogTape()];
    await using server = createServer({ ...OPTIONS, logger: atServer });
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    await using client = connect({ ...OPTIONS, port, host: '127.0.0.1', logger: atClient });
    await client.ready();
    expect(warningsIn(atServer)).toMatchObject([warning]);
    expect(warningsIn(atClient)).toMatchObject([warning]);
  });
});
