/** The bugs behind the stories of `test/regressions`: each test there must fail for the behaviour that its story tells. */

import type { Bug, Change } from '../bug.ts';

const CORE = 'packages/core/src';
const SERVER = 'packages/server/src';
const TESTS = 'test/regressions';

/** A newer connection leaves the older one as it is, and whatever ends, ends the session's connection of the moment. */
const LATE_ENDS: readonly Change[] = [
  {
    file: `${CORE}/session/session.ts`,
    from: "    this.#span?.connection.refuse({ code: 'superseded', scope, reason: boot }, { cause: 'superseded' });",
    to: '    void boot, scope;',
  },
  {
    file: `${CORE}/session/session.ts`,
    from: '    if (ending.evidence.epoch !== this.#epoch) return;\n',
    to: '',
  },
];

export const STORIES: readonly Bug[] = [
  {
    id: 'S1',
    name: 'a wedged peer lives for as long as its kernel acknowledges',
    story: 'https://github.com/activepieces/activepieces/pull/14626',
    mutants: [
      {
        title: 'a suspicion is never followed by a verdict',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: "    if (now >= this.deadAt) this.#state = 'judging';\n    else if",
            to: '    if',
          },
        ],
        tests: [`${TESTS}/activepieces-14626.test.ts`],
      },
    ],
  },
  {
    id: 'S3',
    name: 'an attempt to connect has no deadline behind TCP',
    story: 'https://github.com/deeplay-io/nice-grpc/pull/904',
    mutants: [
      {
        title: 'the handshake may take for ever',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    return this.#opening?.deadline ?? this.#farewell?.deadline ?? Number.POSITIVE_INFINITY;',
            to: '    return this.#farewell?.deadline ?? Number.POSITIVE_INFINITY;',
          },
        ],
        tests: [`${TESTS}/nice-grpc-904.test.ts`],
      },
    ],
  },
  {
    id: 'S5',
    name: 'the dead are closed, and not destroyed',
    story: 'https://github.com/grpc/grpc-node/pull/3022',
    mutants: [
      {
        title: 'the socket of a dead peer waits for its FIN',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    this.#outgoing.flush();\n    this.#transport.destroy();',
            to: '    this.#outgoing.flush();\n    this.#transport.end();',
          },
        ],
        tests: [`${TESTS}/grpc-node-3022.test.ts`],
      },
    ],
  },
  {
    id: 'S8',
    name: 'a heartbeat that is negotiated, and not kept',
    story: 'https://github.com/cloudamqp/amqp-client.js/issues/95',
    mutants: [
      {
        title: 'nobody looks whether anything has come',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '      this.liveness?.handleTimeout(now, this.#clock.lastStall);\n',
            to: '',
          },
        ],
        tests: [`${TESTS}/amqp-client-95.test.ts`],
      },
    ],
  },
  {
    id: 'S10',
    name: 'a late close deletes the newer connection',
    story: 'https://github.com/AntSeed/antseed/issues/56',
    mutants: [
      {
        title: 'the end of an older connection ends the newer one of its session',
        changes: LATE_ENDS,
        tests: [`${TESTS}/antseed-56.test.ts`],
      },
      {
        title: 'the end of a session removes all of its identity',
        changes: [
          {
            file: `${SERVER}/registry.ts`,
            from: '    this.#all.delete(session);\n    this.#byId.delete(session.id);',
            to:
              '    for (const other of [...this.#all]) {\n' +
              '      if (other.identityKey !== session.identityKey) continue;\n' +
              '      this.#all.delete(other);\n' +
              '      this.#byId.delete(other.id);\n' +
              '    }',
          },
        ],
        tests: [`${TESTS}/antseed-56.test.ts`],
      },
    ],
  },
  {
    id: 'S11',
    name: 'the old connection speaks for a client that is back',
    story: 'https://github.com/HarperFast/harper/issues/1604',
    mutants: [
      {
        title: 'a session ends when a newer connection supersedes the older',
        changes: [
          {
            file: `${SERVER}/server-session.ts`,
            from: '    if (this.#isHandingOver && !this.isClosing) return;',
            to: '    if (this.#isHandingOver) return this.endSession(ending);',
          },
        ],
        tests: [`${TESTS}/harper-1604.test.ts`],
      },
      {
        title: 'the verdict about an older connection is told of the newer one',
        changes: LATE_ENDS,
        tests: [`${TESTS}/harper-1604.test.ts`],
      },
    ],
  },
];
