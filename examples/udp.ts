// A heartbeat over UDP: the machine that judges a peer knows no transport, so two ends drive it themselves, in six steps,
// over a path that loses 30 % of all datagrams. A probe is in vain with a chance of 1 - 0.7 x 0.7 = 51 %, and a verdict
// needs all of one silence to be: 21 probes leave 0.51^21, less than one in a million. `suspect` comes often on such a
// path, and is taken back. Then the path loses everything, and both ends know within idle + interval x probes.
//
// Run:     npm run build && node examples/dist/udp.js
// You see:
//
//   30 % loss: 21 probes leave a false verdict in one of … silences
//   after 3 s, … of … datagrams were lost
//   left: …; suspect … times, alive again … times; round trip … ms
//   right: …; suspect … times, alive again … times; round trip … ms
//   100 % loss: a verdict within 3300 ms
//   left: silent, nothing came for … ms
//   right: silent, nothing came for … ms

import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { AlarmOwner, Instant, LivenessOutput } from '@systole/core';
import { boundMs, Liveness, MIN_STALL_MS } from '@systole/core';
import { systemClock } from '@systole/core/node';
import { LossyPath } from './support/lossy-path.ts';
import { openUdpPair } from './support/udp-pair.ts';

const LOSS = 0.3;
const IN_VAIN = 1 - (1 - LOSS) ** 2;
/** As many as it takes, if losses are independent; an outage must be shorter than interval x probes, too. */
const probes = Math.ceil(Math.log(1e-6) / Math.log(IN_VAIN));
const timeouts = { writeTimeoutMs: 60_000, pausedTimeoutMs: 60_000 };
const keepalive = { idleMs: 150, intervalMs: 150, probes };

/** What the machine says that is for others. */
type News = Exclude<LivenessOutput, { readonly type: 'ping' | 'confirm' | 'wait' }>;

/** One end: a UDP socket, and its judgement of who is at the other end. */
class End extends EventEmitter implements AlarmOwner {
  // 1. Make the machine as soon as the peer is there.
  readonly liveness = new Liveness({ keepalive, ...timeouts, random: Math.random }, systemClock.now());
  readonly #alarm = systemClock.alarm(this);
  readonly #socket: Socket;
  readonly #path: LossyPath;
  readonly told = { suspect: 0, alive: 0, dead: 0 };

  constructor(socket: Socket, path: LossyPath) {
    super();
    this.#socket = socket;
    this.#path = path;
    socket.on('message', (datagram) => this.#handleDatagram(datagram.toString()));
    socket.on('error', () => {}); // ICMP says that nobody listens there: a peer that restarts will, so it is no verdict
    this.#drive();
  }

  #handleDatagram(datagram: string): void {
    const now = systemClock.now();
    // 2. Tell it of all that comes, whatever it is: evidence.
    this.liveness.handleEvidence(now);
    const [word, number] = datagram.split(' ');
    if (word === 'PING') this.#path.send(this.#socket, `PONG ${number}`);
    // 3. Tell it of answers: they only measure.
    if (word === 'PONG') this.liveness.handlePong(Number(number), now);
    this.#drive();
  }

  // 4. After each word to it, poll and do what it says, until it says `wait`.
  #drive(): void {
    const news: News[] = [];
    let output = this.liveness.poll();
    for (; output.type !== 'wait'; output = this.liveness.poll()) {
      if (output.type === 'ping') this.#ping(output.number);
      else if (output.type === 'confirm') this.#lookOnceMore();
      else news.push(output);
    }
    // 5. Set one alarm. Only then tell others: should they throw, the heartbeat goes on.
    this.#alarm.set(output.until ?? Number.POSITIVE_INFINITY);
    for (const one of news) this.#tell(one);
  }

  handleAlarm(now: Instant): void {
    this.liveness.handleTimeout(now, systemClock.lastStall);
    this.#drive();
  }

  /** A stream counts bytes here, to know whether a PING waits behind others. Datagrams do not queue: the number will do. */
  #ping(number: number): void {
    this.liveness.handlePingQueued(number);
    this.#path.send(this.#socket, `PING ${number}`, () => this.liveness.handleWritten(number));
  }

  // 6. Before each verdict, look once more: if it was we who were late, what has come is read now.
  #lookOnceMore(): void {
    systemClock.afterPoll((now) => {
      this.liveness.handlePolled(now);
      this.#drive();
    });
  }

  #tell(news: News): void {
    this.told[news.type] += 1;
    if (news.type !== 'dead') return;
    this.#socket.close(); // who comes back after this begins anew, with another machine
    this.emit('dead', news.verdict, systemClock.now() - this.liveness.evidenceAt);
  }
}

const path = new LossyPath(LOSS, 7);
const [one, other] = await openUdpPair();
const ends = Object.entries({ left: new End(one, path), right: new End(other, path) });
const verdicts = ends.map(([, end]) => once(end, 'dead'));

// How late we are ourselves comes on top of the bound, and an interval for a new probe whenever that was more than a little.
let latestMs = boundMs(keepalive) + MIN_STALL_MS + keepalive.intervalMs;
systemClock.onStall(({ durationMs }) => {
  latestMs += durationMs + keepalive.intervalMs;
});

console.log(`30 % loss: ${probes} probes leave a false verdict in one of ${Math.round(IN_VAIN ** -probes)} silences`);
await delay(3_000);
console.log(`after 3 s, ${path.lost} of ${path.sent} datagrams were lost`);
for (const [name, { told, liveness }] of ends) {
  const doubts = `suspect ${told.suspect} times, alive again ${told.alive} times`;
  console.log(`${name}: ${liveness.belief}; ${doubts}; round trip ${liveness.rtt?.minMs.toFixed(3)} ms`);
  assert(path.lost > 0 && told.dead === 0, 'no verdict, although datagrams were lost');
}

path.lossRate = 1;
console.log(`100 % loss: a verdict within ${boundMs(keepalive)} ms`);
for (const [index, [verdict, silenceMs]] of (await Promise.all(verdicts)).entries()) {
  console.log(`${ends[index]?.[0]}: ${verdict}, nothing came for ${Math.round(silenceMs)} ms`);
  assert(verdict === 'silent' && silenceMs <= latestMs, 'silent, within the bound');
}
