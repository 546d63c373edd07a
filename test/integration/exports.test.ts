import { describe, expect, it } from 'vitest';

/** What a package gives out at run time; types are checked by those who use them. */
async function valuesOf(exports: Promise<object>): Promise<string[]> {
  return Object.keys(await exports).sort();
}

describe('the public values', () => {
  it('of @systole/server are 8: to listen, to refuse, what can go wrong, and what a triple promises', async () => {
    expect(await valuesOf(import('@systole/server'))).toEqual([
      'CHANNELS',
      'NotHandledError',
      'OptionsError',
      'PRESETS',
      'Rejection',
      'SystoleError',
      'createServer',
      'describe',
    ]);
  });

  it('of @systole/client are the same, with attach and connect', async () => {
    expect(await valuesOf(import('@systole/client'))).toEqual([
      'CHANNELS',
      'NotHandledError',
      'OptionsError',
      'PRESETS',
      'SystoleError',
      'attach',
      'connect',
      'describe',
    ]);
  });

  it('of server and client are one and the same thing where they have one name', async () => {
    const [server, client] = await Promise.all([import('@systole/server'), import('@systole/client')]);
    for (const name of [
      'CHANNELS',
      'NotHandledError',
      'OptionsError',
      'PRESETS',
      'SystoleError',
      'describe',
    ] as const) {
      expect(server[name]).toBe(client[name]);
    }
  });

  it('of @systole/core are the rules, the session and the errors', async () => {
    expect(await valuesOf(import('@systole/core'))).toEqual([
      'Connection',
      'Emitter',
      'FloodLog',
      'FrameDecoder',
      'Heartbeat',
      'LiveSession',
      'Liveness',
      'MAX_RETRY_MS',
      'MIN_STALL_MS',
      'NotHandledError',
      'OptionsError',
      'PRESETS',
      'ProtocolError',
      'SystoleError',
      'WIRE_VERSION',
      'abortedError',
      'booleanSchema',
      'boundMs',
      'causeOfTransportError',
      'checkOptions',
      'delimited',
      'describe',
      'durationSchema',
      'encodeFrame',
      'evidenceOf',
      'fillSessionOptions',
      'findSessionContradictions',
      'functionSchema',
      'integerSchema',
      'isPlainObject',
      'lengthPrefixed',
      'limitWait',
      'methodsSchema',
      'msgpackCodec',
      'parseDuration',
      'partEntries',
      'plainSchema',
      'resolveKeepalive',
      'resolveSessionOptions',
      'rethrowLater',
      'sessionEntries',
      'showAs',
      'signalSchema',
      'socketEntries',
      'waitEntries',
      'warnOfIdle',
    ]);
  });

  it('of @systole/core/node are the edges to Node', async () => {
    expect(await valuesOf(import('@systole/core/node'))).toEqual([
      'BOOT_ID',
      'CHANNELS',
      'MIN_SLEEP_MS',
      'SocketTransport',
      'SystemClock',
      'fillSocketOptions',
      'findTextsWithoutPem',
      'flawOfTls',
      'isAttached',
      'publishRejected',
      'receivedBytes',
      'resolveParts',
      'socketBelow',
      'systemClock',
      'takeOver',
    ]);
  });

  it('of @systole/watch are the two ways to watch, framers, and what is public of the rules', async () => {
    expect(await valuesOf(import('@systole/watch'))).toEqual([
      'OptionsError',
      'PRESETS',
      'SystoleError',
      'WATCH_CHANNELS',
      'delimited',
      'describe',
      'follow',
      'lengthPrefixed',
      'socketsOf',
      'watch',
    ]);
  });

  it('of @systole/server/di are a server, its options, the 4 parts, and what registers them', async () => {
    expect(await valuesOf(import('@systole/server/di'))).toEqual([
      'CLOCK',
      'CODEC',
      'LOGGER',
      'RANDOM',
      'SERVER',
      'SERVER_OPTIONS',
      'registerServer',
    ]);
  });

  it('of @systole/client/di are the same for a client', async () => {
    expect(await valuesOf(import('@systole/client/di'))).toEqual([
      'CLIENT',
      'CLIENT_OPTIONS',
      'CLOCK',
      'CODEC',
      'LOGGER',
      'RANDOM',
      'registerClient',
    ]);
  });

  it('of both doors are one and the same token for each of the 4 parts', async () => {
    const [server, client] = await Promise.all([import('@systole/server/di'), import('@systole/client/di')]);
    for (const name of ['CLOCK', 'CODEC', 'LOGGER', 'RANDOM'] as const) expect(server[name]).toBe(client[name]);
  });

  it('of @systole/core/di are what the doors share', async () => {
    expect(await valuesOf(import('@systole/core/di'))).toEqual([
      'CLOCK',
      'CODEC',
      'LOGGER',
      'RANDOM',
      'registerEnd',
      'tokenFor',
    ]);
  });

  it('of @systole/testing are virtual time and a network that fails on demand', async () => {
    expect(await valuesOf(import('@systole/testing'))).toEqual([
      'ManualClock',
      'SimulatedClock',
      'SimulatedLink',
      'SimulatedWorld',
      'chunksOf',
      'randomChunks',
      'seededRandom',
    ]);
  });

  it('of @systole/testing/proxy are the one that starts it', async () => {
    expect(await valuesOf(import('@systole/testing/proxy'))).toEqual(['startFaultProxy']);
  });

  it('do not bring tsyringe or reflect-metadata in', async () => {
    await Promise.all([import('@systole/server'), import('@systole/client')]);
    expect('getMetadata' in Reflect).toBe(false);
  });
});
