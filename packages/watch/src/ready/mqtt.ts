/**
 * The ready-made watch of mqtt.js.
 *
 * @module @systole/watch/mqtt
 */

import type { Duplex } from 'node:stream';
import type { ReadyOptions, Watch } from '../api.ts';
import { endOf } from '../ends.ts';
import { StreamWatch } from '../stream-watch.ts';
import { withProbe } from './with-probe.ts';

/** What is needed of a packet of MQTT. */
export interface MqttPacket {
  /** Such as `pingresp` or `connack`. */
  readonly cmd: string;
  /** Of CONNACK: 0 if the broker accepts. */
  readonly returnCode?: number;
  /** Of CONNACK since MQTT 5. */
  readonly reasonCode?: number;
}

/** What is needed of a client of mqtt.js. */
export interface MqttClient {
  /** Whether the broker has accepted it. */
  readonly connected: boolean;
  /** Of its newest connection: a socket, or a WebSocket as a stream. */
  readonly stream: Duplex;
  /** Writes a PINGREQ, at once if it is connected. */
  sendPing(): unknown;
  /** Hears of packets. */
  on(event: 'packetsend' | 'packetreceive', listener: (packet: MqttPacket) => void): unknown;
  /** Hears no more. */
  off(event: 'packetsend' | 'packetreceive', listener: (packet: MqttPacket) => void): unknown;
}

/**
 * Watches the broker of an mqtt.js client, over the connection that it has and over each that it opens, from CONNACK on. The
 * probe is the client's own PINGREQ, and PINGRESP its answer. A verdict destroys the stream, and the client comes back after its
 * `reconnectPeriod`.
 *
 * - Leave the client's own keepalive on: by it the broker knows when to give the client up, after 1.5 times its period. Each
 *   PINGRESP puts the client's next PINGREQ off, and is evidence for the watch: whichever period is shorter, that `keepalive` or our
 *   `idle`, has all the PINGREQs of a quiet connection sent.
 * - A broker that accepts a connection and never sends CONNACK is left to the client's `connectTimeout`.
 *
 * @throws OptionsError that lists every problem; SystoleError with `ERR_SOCKET` if the client is connected and its stream is
 * watched already.
 *
 * @example
 * const client = mqtt.connect('mqtt://127.0.0.1');
 * const watch = watchMqtt(client, { keepalive: { idle: '5s', interval: '1s', probes: 3 } });
 * watch.on('dead', ({ cause, evidence }) => console.log(cause, evidence));
 */
export function watchMqtt(client: MqttClient, options: ReadyOptions = {}): Watch {
  /** One for each PINGREQ on its way, the client's own included: MQTT answers each, in order. */
  let unanswered: (() => void)[] = [];
  let answer = ignore;

  const ping = (): Promise<void> =>
    new Promise((resolve) => {
      if (!client.stream.writable) return; // DISCONNECT was its last word
      answer = resolve;
      client.sendPing();
      answer = ignore;
    });
  const watch = new StreamWatch(withProbe(options, ping));

  const take = (): void => {
    if (endOf(client.stream) === undefined) watch.take(client.stream);
  };
  const handleSent = ({ cmd }: MqttPacket): void => {
    if (cmd === 'connect') unanswered = [];
    if (cmd === 'pingreq') unanswered.push(answer);
  };
  const handleReceived = (packet: MqttPacket): void => {
    if (packet.cmd === 'pingresp') unanswered.shift()?.();
    if (isAcceptance(packet)) take();
  };

  client.on('packetsend', handleSent);
  client.on('packetreceive', handleReceived);
  watch.onStop(() => {
    client.off('packetsend', handleSent);
    client.off('packetreceive', handleReceived);
  });
  try {
    if (client.connected) take();
  } catch (error) {
    watch.stop();
    throw error;
  }
  return watch;
}

/** Its client would say `connect` only when it has sent again all that was left over, and has had that answered. */
function isAcceptance({ cmd, returnCode, reasonCode }: MqttPacket): boolean {
  return cmd === 'connack' && (reasonCode ?? returnCode) === 0;
}

function ignore(): void {}
