/** Bugs of what: bytes that are not taken for life, frames that wait for each other, answers without a limit. */

import type { Bug } from '../bug.ts';

const CORE = 'packages/core/src';
const TESTS = 'packages/core/test';

export const TRAFFIC: readonly Bug[] = [
  {
    id: 'M2',
    name: 'life is counted in whole messages',
    story: 'https://github.com/zeromq/libzmq/issues/2709',
    mutants: [
      {
        title: 'bytes of a frame that is not whole are no evidence',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    this.#heartbeat?.liveness.handleEvidence(now);\n',
            to: '',
          },
          {
            file: `${CORE}/session/connection.ts`,
            from: '      this.#handleFrame(frame, now);\n',
            to: '      this.liveness?.handleEvidence(now);\n      this.#handleFrame(frame, now);\n',
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'bytes of a TLS record that is not whole are no evidence',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    if (receivedBytes > this.#receivedAtLook) this.liveness?.handleUndatedEvidence(now);\n',
            to: '    if (receivedBytes < this.#receivedAtLook) this.liveness?.handleUndatedEvidence(now);\n',
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
    ],
  },
  {
    id: 'M7',
    name: 'an answer at once for every PING, however many come',
    story: 'https://github.com/hashicorp/yamux/commit/a785d62',
    mutants: [
      {
        title: '3 PINGs that come together are answered 3 times',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: "          return this.#end({ cause: 'too-many-pings' }, 'too-many-pings');\n        return;",
            to: "          return this.#end({ cause: 'too-many-pings' }, 'too-many-pings');\n        return this.#turn();",
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'PONGs for a peer that does not read pile up behind a full send queue',
        changes: [
          {
            file: `${CORE}/session/heartbeat.ts`,
            from: '    if (this.#pongDue > 0 && outgoing.hasRoom)',
            to: '    if (this.#pongDue > 0)',
          },
        ],
        tests: [`${TESTS}/heartbeat.test.ts`],
      },
    ],
  },
  {
    id: 'M8',
    name: 'a PING waits for the window that only its peer can open',
    story: 'https://github.com/libp2p/rust-yamux/pull/193',
    mutants: [
      {
        title: 'no PING leaves while the window holds messages back',
        changes: [
          {
            file: `${CORE}/session/heartbeat.ts`,
            from: "      if (output.type === 'ping') {",
            to: "      if (output.type === 'ping' && (outgoing as Outgoing).takesPayload) {",
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'no PING goes into a full send queue',
        changes: [
          {
            file: `${CORE}/session/heartbeat.ts`,
            from: "      if (output.type === 'ping') {",
            to: "      if (output.type === 'ping' && outgoing.hasRoom) {",
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
    ],
  },
  {
    id: 'M14',
    name: 'a lawful peer is struck for PINGs that the network has bunched',
    story: 'https://github.com/grpc/grpc/issues/28830',
    mutants: [
      {
        title: 'the PINGs of one silence, which come all at once after an outage, are too many',
        changes: [
          {
            file: `${CORE}/rules/ping-budget.ts`,
            from: '2 * keepalive.probes + 2;',
            to: 'keepalive.probes - 1;',
          },
        ],
        tests: [`${TESTS}/ping-budget.test.ts`],
      },
      {
        title: 'an idle that is shortened by its jitter is too short',
        changes: [
          {
            file: `${CORE}/rules/ping-budget.ts`,
            from: 'minPingIntervalMs * (1 - IDLE_JITTER);',
            to: 'minPingIntervalMs * (1 - 0 * IDLE_JITTER);',
          },
        ],
        tests: [`${TESTS}/ping-budget.test.ts`],
      },
    ],
  },
  {
    id: 'M15',
    name: 'who asks too often is not slowed down, but muted',
    story: 'https://github.com/grpc/proposal/blob/master/L116-core-loosen-max-pings-without-data.md',
    mutants: [
      {
        title: 'a verify() before the peer accepts another PING is never sent',
        changes: [
          {
            file: `${CORE}/session/verification.ts`,
            from: '      this.#alarm.set(this.#nextAskAt);\n',
            to: '      this.#alarm.clear();\n',
          },
        ],
        tests: [`${TESTS}/verification.test.ts`],
      },
      {
        title: 'after 2 PINGs on a connection no other is sent',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    if (now >= this.deadAt || this.#isPingWaiting()) return;',
            to: '    if (now >= this.deadAt || this.#isPingWaiting() || this.#pingNumber >= 2) return;',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
    ],
  },
  {
    id: 'M23',
    name: 'a PING that is too short',
    story: 'https://github.com/zeromq/libzmq/pull/3097',
    mutants: [
      {
        title: 'a frame of the length 0 has a body of -1 bytes',
        changes: [
          {
            file: `${CORE}/rules/decoder.ts`,
            from: "    if (length === 0) throw new ProtocolError('a frame has the length 0, and cannot even hold its type');\n",
            to: '',
          },
        ],
        tests: [`${TESTS}/decoder.test.ts`],
      },
      {
        title: 'a number that is not there is read as 1, and one that ends early as if zeros followed',
        changes: [
          {
            file: `${CORE}/rules/varint.ts`,
            from: "  if (first === undefined || offset + size > end) throw new ProtocolError('a number ends early');",
            to: '  if (first === undefined || offset > end) return 1;',
          },
        ],
        tests: [`${TESTS}/frame-codec.test.ts`],
      },
      {
        title: 'a body that is shorter than it says is taken as it is',
        changes: [
          {
            file: `${CORE}/rules/reader.ts`,
            from: '    if (count > this.remaining) {',
            to: '    if (count < 0) {',
          },
        ],
        tests: [`${TESTS}/reader.test.ts`],
      },
    ],
  },
];
