import type { ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import type { ServerOptions } from '@systole/server';
import { createServer, OptionsError } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countHandles } from '../support/handles.ts';
import { startPair } from '../support/pair.ts';
import { listenRaw } from '../support/raw-peer.ts';

/** What a call throws; options are given as plain JavaScript gives them, without the compiler's help. */
function thrownBy(call: () => unknown): OptionsError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    return error as OptionsError;
  }
  throw new Error('nothing was thrown');
}

function pathsOf({ problems }: OptionsError): string[] {
  return problems.map(({ path }) => path).sort();
}

/** Wrong wherever a session can be: 16 problems. */
const WRONG = {
  keepalive: { idle: '20 seconds', interval: 99, probes: 0, count: 3 },
  strict: 'yes',
  minPingInterval: -1,
  writeTimeout: Number.NaN,
  handshakeTimeout: '0s',
  closeTimeout: Number.POSITIVE_INFINITY,
  maxMessageBytes: 0,
  maxQueuedMessages: 1.5,
  metadata: { born: new Date(0) },
  onMessage: 'echo',
  clock: {},
  codec: { name: 'json' },
  keepAlive: false,
};

const WRONG_PATHS = [
  'clock',
  'closeTimeout',
  'codec',
  'handshakeTimeout',
  'keepAlive',
  'keepalive.count',
  'keepalive.idle',
  'keepalive.interval',
  'keepalive.probes',
  'maxMessageBytes',
  'maxQueuedMessages',
  'metadata',
  'minPingInterval',
  'onMessage',
  'strict',
  'writeTimeout',
];

describe('wrong options', () => {
  it('of a server are one OptionsError with all 16 problems', async () => {
    const servers = await countHandles('TCPServerWrap');
    const error = thrownBy(() => createServer(WRONG as unknown as ServerOptions));
    expect(pathsOf(error)).toEqual(WRONG_PATHS);
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', fault: 'caller', name: 'OptionsError' });
    expect(error.message).toContain('strict must be true or false, got "yes"');
    expect(error.message).toContain(
      'keepAlive must be left out (there is no such option, did you mean keepalive?), got false',
    );
    expect(error.message).toContain("keepalive.idle must be a duration such as 250 or '20s', of 100 ms to 1,000 years");
    expect(error.message.split('; ').length).toBe(16);
    expect(await countHandles('TCPServerWrap')).toBe(servers);
  });

  it('of a client are one OptionsError with all 23 problems, thrown before any socket opens', async () => {
    const { peers, address } = await listenRaw();
    const error = thrownBy(() =>
      connect({
        ...WRONG,
        ...address,
        path: '/run/systole.sock',
        reconnect: { base: '2s', cap: '1s', factor: 2 },
        dnsTimeout: 'soon',
        signal: 'stop',
        credentials: { token: Symbol('secret') },
      } as unknown as ClientOptions),
    );
    expect(pathsOf(error)).toEqual(
      [
        ...WRONG_PATHS,
        'credentials',
        'dnsTimeout',
        'host', // left out beside path
        'port', // left out beside path
        'reconnect.cap',
        'reconnect.factor',
        'signal',
      ].sort(),
    );
    expect(await countHandles('TCPSocketWrap')).toBe(0);
    expect(peers.items).toEqual([]);
  });

  it.each([{ options: undefined }, { options: null }, { options: 4711 }, { options: 'localhost:4711' }])(
    'that are no object at all are one problem of a client: $options',
    ({ options }) => {
      const error = thrownBy(() => connect(options as unknown as ClientOptions));
      expect(pathsOf(error)).toEqual(['options']);
    },
  );

  it.each([
    { what: 'no port and no path', options: {}, path: 'port' },
    { what: 'port 0', options: { port: 0 }, path: 'port' },
    { what: 'port 65536', options: { port: 65_536 }, path: 'port' },
    { what: 'a port that is a text', options: { port: '80' }, path: 'port' },
    { what: 'an empty path', options: { path: '' }, path: 'path' },
    { what: 'reconnect: true', options: { port: 1, reconnect: true }, path: 'reconnect' },
    { what: 'an unknown preset', options: { port: 1, keepalive: 'fast' }, path: 'keepalive' },
    { what: 'keepalive: true', options: { port: 1, keepalive: true }, path: 'keepalive' },
    { what: '17000 bytes of metadata', options: { port: 1, metadata: { blob: 'x'.repeat(17_000) } }, path: 'metadata' },
    { what: '17000 bytes of credentials', options: { port: 1, credentials: 'x'.repeat(17_000) }, path: 'credentials' },
    { what: 'a codec without a name', options: { port: 1, codec: { encode() {}, decode() {} } }, path: 'codec' },
  ])('of a client have the path of what is wrong: $what', ({ options, path }) => {
    expect(pathsOf(thrownBy(() => connect(options as unknown as ClientOptions)))).toEqual([path]);
  });

  it.each([
    { what: 'nothing', target: undefined, paths: ['target'] },
    { what: 'port 65536', target: 65_536, paths: ['port'] },
    { what: 'a port that is a text', target: '80', paths: ['target'] },
    { what: 'port and path', target: { port: 0, path: '/run/a.sock' }, paths: ['port'] },
    {
      what: '4 problems',
      target: { port: -1, host: 4, backlog: 0.5, exclusive: true },
      paths: ['backlog', 'exclusive', 'host', 'port'],
    },
  ])('of listen are one OptionsError, and nothing listens: $what', async ({ target, paths }) => {
    const servers = await countHandles('TCPServerWrap');
    const server = createServer();
    onTestFinished(() => server.close());
    const error = await server.listen(target as never).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(OptionsError);
    expect(pathsOf(error as OptionsError)).toEqual(paths);
    expect(server.address).toBeUndefined();
    expect(await countHandles('TCPServerWrap')).toBe(servers);
  });

  it('of send reject with an OptionsError, and the message is not sent', async () => {
    const handled: unknown[] = [];
    const { client } = await startPair({ server: { onMessage: (message) => void handled.push(message) } });
    await expect(client.send('wrong', { timeout: 'soon' as never })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      problems: [{ path: 'timeout' }],
    });
    await expect(client.send('wrong', { timeout: -1, signal: {} as never })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      problems: [{ path: 'signal' }, { path: 'timeout' }],
    });
    await expect(client.send('wrong', { retries: 3 } as never)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      problems: [{ path: 'retries' }],
    });
    await client.send('right');
    expect(handled).toEqual(['right']);
  });
});
