import { EventEmitter } from 'node:events';
import { ManualClock } from '@systole/testing';
import type { MqttPacket } from '@systole/watch/mqtt';
import { watchMqtt } from '@systole/watch/mqtt';
import { describe, expect, it } from 'vitest';
import { FakeStream, TRIPLE } from './peer.ts';

/** A client as mqtt.js would have it: it tells of each packet that it writes or reads. */
class FakeMqttClient extends EventEmitter<Record<'packetsend' | 'packetreceive', [MqttPacket]>> {
  connected = false;
  stream = new FakeStream();
  pings = 0;

  /** It connects again, and the broker says so. */
  connect(answer: Omit<MqttPacket, 'cmd'> = { returnCode: 0 }): void {
    this.stream = new FakeStream();
    this.emit('packetsend', { cmd: 'connect' });
    this.hear({ cmd: 'connack', ...answer });
  }

  hear(packet: MqttPacket): void {
    this.stream.hear();
    this.emit('packetreceive', packet);
  }

  sendPing(): void {
    this.pings += 1;
    this.emit('packetsend', { cmd: 'pingreq' });
  }
}

function watchFake() {
  const clock = new ManualClock();
  const client = new FakeMqttClient();
  const watching = watchMqtt(client, { clock, keepalive: TRIPLE, random: () => 0 });
  return { clock, client, watching };
}

describe('the watch of an MQTT client', () => {
  it('measures its own PINGREQ, and not that of the client which is answered first', async () => {
    const { clock, client, watching } = watchFake();
    client.connect();
    clock.advance(TRIPLE.idle - 10);
    client.sendPing();
    clock.advance(10);
    expect(client.pings).toBe(2);
    await clock.advanceAsync(20);
    client.hear({ cmd: 'pingresp' });
    await clock.advanceAsync(20);
    expect(watching.inspect().rtt).toBeUndefined();
    client.hear({ cmd: 'pingresp' });
    await clock.advanceAsync(0);
    expect(watching.inspect().rtt).toMatchObject({ latestMs: 40 });
  });

  it('takes no answer for one of an earlier connection', async () => {
    const { clock, client, watching } = watchFake();
    client.connect();
    clock.advance(TRIPLE.idle);
    expect(client.pings).toBe(1);
    client.stream.destroy();
    await clock.settle();
    client.connect();
    clock.advance(TRIPLE.idle);
    expect([watching.inspect().epoch, client.pings]).toEqual([2, 2]);
    await clock.advanceAsync(30);
    client.hear({ cmd: 'pingresp' });
    await clock.advanceAsync(0);
    expect(watching.inspect().rtt).toMatchObject({ latestMs: 30 });
  });

  it('begins with a CONNACK that accepts, and not with one that refuses', () => {
    const { client, watching } = watchFake();
    for (const refusal of [{ returnCode: 5 }, { reasonCode: 0x87 }]) {
      client.connect(refusal);
      expect(watching.inspect().state).toBe('waiting');
    }
    client.connect({ reasonCode: 0 });
    expect(watching.inspect()).toMatchObject({ state: 'watching', epoch: 1 });
  });

  it('begins with no stream that has ended already', () => {
    const { client, watching } = watchFake();
    client.stream.destroy();
    client.emit('packetreceive', { cmd: 'connack', returnCode: 0 });
    expect(watching.inspect().state).toBe('waiting');
    client.connected = true;
    expect(watchMqtt(client).inspect().state).toBe('waiting');
  });

  it('sends no PINGREQ after DISCONNECT, and still judges', () => {
    const { clock, client, watching } = watchFake();
    client.connect();
    client.stream.end();
    clock.advance(TRIPLE.idle + TRIPLE.interval * TRIPLE.probes);
    expect(client.pings).toBe(0);
    expect(watching.inspect()).toMatchObject({ lastCause: 'silent', probeFailures: 0 });
    expect(client.stream.destroyed).toBe(true);
  });

  it('sends no PINGREQ where no verdict is wanted', () => {
    const clock = new ManualClock();
    const client = new FakeMqttClient();
    const watching = watchMqtt(client, { clock, keepalive: false, idle: { both: 100 } });
    client.connect();
    const told: unknown[] = [];
    watching.on('idle', ({ of }) => told.push(of));
    clock.advance(1_000);
    expect(client.pings).toBe(0);
    expect(told.length).toBeGreaterThan(5);
  });
});
