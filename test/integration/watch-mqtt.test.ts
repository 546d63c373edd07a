// Clients of a real MQTT broker, mosquitto, watched by the PINGREQ of mqtt.js.

import { once } from 'node:events';
import { startFaultProxy } from '@systole/testing/proxy';
import type { ReadyOptions, Watch } from '@systole/watch';
import { watchMqtt } from '@systole/watch/mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { connect, connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { missing, RealServer } from '../support/real-server.ts';
import { Tape } from '../support/tape.ts';
import { attachedTo, BOUND_MS, LATEST_MS, probesOf, QUICK, recordWatch } from '../support/watch-tape.ts';

const lacking = missing('mosquitto');

/** Longer than any test: what happens within one is no verdict. */
const PATIENT = { idle: '1m', interval: '1m', probes: 3 } as const;

const LARGE_BYTES = 100_000_000;

async function startBroker(): Promise<RealServer> {
  const broker = await RealServer.start('mosquitto');
  onTestFinished(() => broker[Symbol.asyncDispose]());
  return broker;
}

const CLIENT = { protocol: 'mqtt', host: '127.0.0.1', reconnectPeriod: 100 } as const;

/** A client that is connected. It says nothing about being disconnected. */
async function open(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync({ ...CLIENT, port, ...options });
  client.on('error', () => {});
  onTestFinished(() => void client.end(true));
  return client;
}

async function openWatched(
  port: number,
  options: ReadyOptions = {},
  mqttOptions: IClientOptions = {},
): Promise<[client: MqttClient, watch: Watch]> {
  const client = await open(port, mqttOptions);
  const watch = watchMqtt(client, { keepalive: QUICK, ...options });
  onTestFinished(() => watch.stop());
  return [client, watch];
}

/** What hangs on a client, and on its stream. */
function stateOf(client: MqttClient): object[] {
  return [attachedTo(client as unknown as NodeJS.EventEmitter), attachedTo(client.stream)];
}

/** What has come for a client, by its length. */
function recordMessages(client: MqttClient): Tape<number> {
  const tape = new Tape<number>();
  client.on('message', (_topic, payload) => tape.push(payload.length));
  return tape;
}

/** A message to ourselves, through the broker. */
async function echo(client: MqttClient, text: string): Promise<void> {
  const messages = recordMessages(client);
  await client.subscribeAsync('echo');
  await client.publishAsync('echo', text);
  await messages.first((length) => length === text.length);
}

/** The packets that a client writes and reads from now on, by their names. */
function recordPackets(client: MqttClient): Tape<string> {
  const tape = new Tape<string>();
  client.on('packetsend', ({ cmd }) => tape.push(cmd));
  client.on('packetreceive', ({ cmd }) => tape.push(cmd));
  return tape;
}

function countOf(tape: Tape<string>, cmd: string): number {
  return tape.all((item) => item === cmd).length;
}

const because = lacking === undefined ? '' : `: ${lacking}`;

describe.skipIf(lacking !== undefined)(`a watched MQTT client${because}`, () => {
  it('finds a broker that is frozen silent within its bound of 500 ms, and comes back when it thaws', async () => {
    const broker = await startBroker();
    const [client, watch] = await openWatched(broker.port);
    const { stream } = client;
    const tape = recordWatch(watch);
    await probesOf(watch, 2);
    broker.freeze();
    const { cause, evidence } = await watch.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBeGreaterThanOrEqual(1); // 3, if we have never stalled ourselves (L5)
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(400);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(stream.destroyed).toBe(true);
    expect(tape.items.slice(-3)).toEqual(['suspect', 'dead', 'disconnect']);
    const again = watch.next('connect');
    broker.thaw();
    expect((await again).epoch).toBe(2);
    await probesOf(watch, 2);
    await echo(client, 'hello');
    expect(watch.inspect()).toMatchObject({ state: 'watching', belief: 'alive', probeFailures: 0 });
  });

  it('tells eof of a broker that is killed, at once', async () => {
    const broker = await startBroker();
    const [, watch] = await openWatched(broker.port, { keepalive: PATIENT });
    const tape = recordWatch(watch);
    const over = watch.next('disconnect');
    await broker.kill();
    expect((await over).cause).toBe('eof');
    expect(tape.items).toEqual(['disconnect']);
    const again = watch.next('connect');
    await broker.restart();
    expect((await again).epoch).toBe(2);
  });

  it('tells reset of a broker that is killed with a PINGREQ unread', async () => {
    const broker = await startBroker();
    const [, watch] = await openWatched(broker.port, { keepalive: { ...QUICK, probes: 20 } });
    const tape = recordWatch(watch);
    broker.freeze();
    await watch.next('suspect');
    const over = watch.next('disconnect');
    await broker.kill();
    const { cause, evidence } = await over;
    expect([cause, evidence.code]).toEqual(['reset', 'ECONNRESET']);
    expect(tape.items).toEqual(['suspect', 'disconnect']);
  });

  it('judges nobody while a message of 100 MB takes longer than the window', async () => {
    const broker = await startBroker();
    const publisher = await open(broker.port);
    await publisher.publishAsync('large', Buffer.alloc(LARGE_BYTES), { qos: 1, retain: true });
    await using proxy = await startFaultProxy({ target: broker.port });
    proxy.set({ latency: 20, bytesPerSecond: 40_000_000 }, 'toClient');
    const client = await open((proxy.address as { port: number }).port);
    const messages = recordMessages(client);
    await client.subscribeAsync('large');
    await once(client.stream, 'data'); // the broker has copied it, and did nothing else meanwhile
    const beganAt = performance.now();
    const watch = watchMqtt(client, { keepalive: QUICK });
    const tape = recordWatch(watch);
    expect(await messages.first()).toBe(LARGE_BYTES);
    expect(performance.now() - beganAt).toBeGreaterThan(2 * BOUND_MS);
    expect(tape.items).not.toContain('dead');
    await probesOf(watch, 2);
    expect(watch.inspect()).toMatchObject({ epoch: 1, state: 'watching' });
    watch.stop();
  });

  it.for([
    ['', { strict: false }],
    [', where only answers count', { strict: true }],
  ] as const)(
    'measures the round trip of an idle connection over 10 probes, which keep its own keepalive of 1 s quiet, and judges a broker that freezes then%s',
    async ([, options]) => {
      const broker = await startBroker();
      const [client, watch] = await openWatched(broker.port, options, { keepalive: 1 });
      const tape = recordWatch(watch);
      const packets = recordPackets(client);
      await probesOf(watch, 10);
      expect(countOf(packets, 'pingreq')).toBe(10);
      expect(tape.items).not.toContain('dead');
      expect(watch.inspect().rtt?.smoothedMs).toBeLessThan(BOUND_MS);
      expect(watch.inspect().probeFailures).toBe(0);
      await echo(client, 'still here');
      expect(watch.inspect().epoch).toBe(1);
      broker.freeze();
      expect((await watch.next('dead')).cause).toBe('silent');
    },
  );

  it('needs no PINGREQ of the watch while its own keepalive of 1 s pings more often', async () => {
    const broker = await startBroker();
    const keepalive = { idle: '2s', interval: '1s', probes: 3 } as const;
    const [client, watch] = await openWatched(broker.port, { keepalive, random: () => 0 }, { keepalive: 1 });
    const packets = recordPackets(client);
    const tape = recordWatch(watch);
    await packets.until(() => countOf(packets, 'pingresp') === 2);
    expect(watch.inspect()).toMatchObject({ missed: 0, rtt: undefined });
    expect(tape.items).not.toContain('dead');
  });

  it('is left as it was by stop(), and works on', async () => {
    const broker = await startBroker();
    const client = await open(broker.port);
    const before = stateOf(client);
    const watch = watchMqtt(client, { keepalive: QUICK });
    expect(stateOf(client)).not.toEqual(before);
    await probesOf(watch, 2);
    watch.stop();
    expect(stateOf(client)).toEqual(before);
    await echo(client, 'still here');
  });

  it.for([4, 5] as const)(
    'is watched from its first CONNACK on if it is not connected yet, and until it is ended: version %i',
    async (protocolVersion) => {
      const broker = await startBroker();
      const client = connect({ ...CLIENT, port: broker.port, protocolVersion });
      const watch = watchMqtt(client, { keepalive: QUICK });
      onTestFinished(() => watch.stop());
      expect(watch.inspect()).toMatchObject({ state: 'waiting', epoch: 0 });
      expect((await watch.next('connect')).epoch).toBe(1);
      await probesOf(watch, 2);
      const over = watch.next('disconnect');
      await client.endAsync();
      expect(['eof', 'closed-locally']).toContain((await over).cause);
      expect(watch.inspect()).toMatchObject({ state: 'waiting', probeFailures: 0 });
    },
  );

  it('lets an end() at a frozen broker come to its end, with nothing said after DISCONNECT', async () => {
    const broker = await startBroker();
    const [client, watch] = await openWatched(broker.port);
    await probesOf(watch, 2);
    const packets = recordPackets(client);
    broker.freeze();
    const ended = client.endAsync();
    expect((await watch.next('dead')).cause).toBe('silent');
    await ended;
    expect([countOf(packets, 'disconnect'), countOf(packets, 'pingreq')]).toEqual([1, 0]);
  });

  it('takes a watch of silence alone, without its PINGREQ', async () => {
    const broker = await startBroker();
    const [client, watch] = await openWatched(broker.port, { keepalive: false, idle: { reader: 100 } });
    const packets = recordPackets(client);
    expect(await watch.next('idle')).toMatchObject({ of: 'reader', first: true });
    expect(packets.items).toEqual([]);
  });

  it('is refused a second watch, and keeps its first', async () => {
    const broker = await startBroker();
    const [client, watch] = await openWatched(broker.port);
    const before = stateOf(client);
    expect(() => watchMqtt(client)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET' }));
    expect(stateOf(client)).toEqual(before);
    expect(watch.inspect().state).toBe('watching');
  });
});
