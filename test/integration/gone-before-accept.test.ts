// A peer that has said all it has to say, and reset the connection, before the server came to accept it.

import { execFileSync } from 'node:child_process';
import type { ServerOptions } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { countHandles } from '../support/handles.ts';
import { LogTape } from '../support/log-tape.ts';
import { startServer } from '../support/pair.ts';
import { HELLO } from '../support/per-address.ts';
import { line } from '../support/proxy-headers.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { SERVER_TLS } from '../support/tls.ts';

/** A process that connects, sends these bytes and an RST, and is gone. Our own does not run meanwhile. */
function sendAndReset(port: number, bytes: Uint8Array): void {
  const program = `
    const socket = require('node:net').connect(${port}, '127.0.0.1', () => {
      socket.write(Buffer.from('${Buffer.from(bytes).toString('hex')}', 'hex'), () => socket.resetAndDestroy());
    });`;
  execFileSync(process.execPath, ['-e', program]);
}

const HEADER = line('PROXY TCP4 192.0.2.7 192.0.2.1 51234 443');

const CASES: readonly { readonly what: string; readonly options: ServerOptions; readonly bytes: Uint8Array }[] = [
  { what: 'HELLO', options: {}, bytes: HELLO },
  { what: 'HTTP', options: {}, bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') },
  { what: 'a header where a Unix socket is believed', options: { proxyProtocol: { trust: ['unix'] } }, bytes: HEADER },
  { what: 'the header of a health check', options: { proxyProtocol: { trust: ['127.0.0.1'] } }, bytes: HEADER },
  { what: 'something that is no TLS', options: { tls: SERVER_TLS }, bytes: HELLO },
];

describe('a peer that has reset the connection before it was accepted', () => {
  it.each(CASES)('is nowhere, whatever it has said, and judged by nobody: $what', async ({ options, bytes }) => {
    const logger = new LogTape();
    const judged: unknown[] = [];
    const server = await startServer({ ...options, logger, authenticate: (peer) => judged.push(peer) });
    const before = await countHandles('TCPSocketWrap');
    const lines = logger.tape.items.length;
    const rejected = server.next('rejected');
    sendAndReset((server.address as { port: number }).port, Buffer.concat([bytes, HELLO]));
    expect(await rejected).toMatchObject({
      address: 'unknown',
      cause: 'reset',
      evidence: { phase: 'handshake', detail: 'the peer had reset the connection before it was accepted' },
    });
    expect(judged).toEqual([]);
    expect(logger.tape.items.slice(lines).filter(({ message }) => message === 'connection rejected')).toMatchObject([
      { level: 'debug' },
    ]);
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 0, accepted: 0, rejected: 1 });
    expect(await countHandles('TCPSocketWrap')).toBe(before);
  });

  it('counts for no address: where each may have 1 arrival, the next peer is let in', async () => {
    const server = await startServer({ keepalive: false, maxConnectionsPerAddress: 1, maxHandshakesPerAddress: 1 });
    const rejected = server.next('rejected');
    sendAndReset((server.address as { port: number }).port, HELLO);
    await rejected;
    await RawPeer.open(server.address);
  });
});
