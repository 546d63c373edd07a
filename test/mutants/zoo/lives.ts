/** Bugs of who: what survives its connection, whom a heartbeat speaks for, and what it learns. */

import type { Bug } from '../bug.ts';

const CORE = 'packages/core/src';
const TESTS = 'packages/core/test';

export const LIVES: readonly Bug[] = [
  {
    id: 'M11',
    name: 'the heart beats only while the application is idle',
    story: 'https://github.com/pika/pika/issues/418',
    mutants: [
      {
        title: 'no PONG and no PING while a handler runs',
        changes: [
          {
            file: `${CORE}/session/connection-owner.ts`,
            from: '  /** What has come was taken in, and what may leave has left. */\n',
            to: '  readonly isBusy?: boolean;\n  /** What has come was taken in, and what may leave has left. */\n',
          },
          {
            file: `${CORE}/session/session.ts`,
            from: '  get isEnded(): boolean {\n',
            to:
              '  get isBusy(): boolean {\n' +
              '    return (this.#delivery?.handled ?? 0) < (this.#delivery?.counters.received ?? 0);\n' +
              '  }\n\n' +
              '  get isEnded(): boolean {\n',
          },
          {
            file: `${CORE}/session/connection.ts`,
            from: '    if (this.#heartbeat === undefined || this.#farewell?.isFinSent === true) return Number.POSITIVE_INFINITY;\n',
            to: '    if (this.#heartbeat === undefined || this.#owner.isBusy === true) return Number.POSITIVE_INFINITY;\n',
          },
        ],
        tests: [`${TESTS}/session.test.ts`],
      },
    ],
  },
  {
    id: 'M12',
    name: 'the heart beats on for an application that hangs',
    story:
      'https://cwiki.apache.org/confluence/display/KAFKA/KIP-62%3A+Allow+consumer+to+send+heartbeats+from+a+background+thread',
    mutants: [
      {
        title: 'work that is owed for ever is never reported, as PONGs come',
        changes: [
          {
            file: `${CORE}/session/delivery.ts`,
            from: '    this.#appAlarm?.handlePong();\n',
            to: '',
          },
        ],
        tests: [`${TESTS}/delivery-app.test.ts`],
      },
      {
        title: 'a PONG counts as work that is done',
        changes: [
          {
            file: `${CORE}/machines/app-watch.ts`,
            from: "    if (this.#state !== 'asking') return;\n    this.#state = 'confirming';\n",
            to: "    if (this.#state !== 'asking') return;\n    this.#state = 'waiting';\n    this.#since = this.#latestAt;\n",
          },
        ],
        tests: [`${TESTS}/app-watch.test.ts`],
      },
    ],
  },
  {
    id: 'M16',
    name: 'what was asked on the old connection is awaited on the new one',
    story: 'https://github.com/phoenixframework/phoenix/issues/3083',
    mutants: [
      {
        title: 'a verify() survives its connection, and waits for a PONG that cannot come',
        changes: [
          {
            file: `${CORE}/session/session.ts`,
            from: '    span?.handleLost(cause);',
            to: '    if (!wasOpen) span?.handleLost(cause);',
          },
        ],
        tests: [`${TESTS}/session.test.ts`],
      },
      {
        title: 'a standstill that was asked about on the old connection is reported on the new one',
        changes: [
          {
            file: `${CORE}/session/delivery.ts`,
            from: '    this.#appAlarm?.handleLost();\n    this.#appAlarm = undefined;\n',
            to: '',
          },
        ],
        tests: [`${TESTS}/delivery-app.test.ts`],
      },
    ],
  },
  {
    id: 'M17',
    name: 'an outage is learned as a sample',
    story:
      'https://github.com/akka/akka/blob/main/akka-remote/src/main/scala/akka/remote/PhiAccrualFailureDetector.scala',
    mutants: [],
    absence:
      'No verdict is learned: it depends on the triple alone (L3). The round trip is measured, and tells people and the send ' +
      'window, not the verdict.',
  },
  {
    id: 'M18',
    name: 'a variance as E[x^2] - E[x]^2, which can be negative',
    story:
      'https://github.com/akka/akka/blob/main/akka-remote/src/main/scala/akka/remote/PhiAccrualFailureDetector.scala',
    mutants: [],
    absence: 'Nothing is squared: the deviation of the round trip is the mean of absolute differences of RFC 6298.',
  },
  {
    id: 'M21',
    name: 'the outgoing queue outlives its peer',
    story: 'https://github.com/zeromq/libzmq/issues/4167',
    mutants: [
      {
        title: 'the dead are said goodbye to with FIN, behind everything that is queued',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    this.#outgoing.flush();\n    this.#transport.destroy();',
            to: '    this.#outgoing.flush();\n    this.#transport.end();',
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'messages stay queued, and their senders wait for ever, when the session has ended',
        changes: [
          {
            file: `${CORE}/session/session.ts`,
            from: '    this.#delivery?.handleEnd(',
            to: '    void (',
          },
        ],
        tests: [`${TESTS}/session.test.ts`],
      },
      {
        title: 'only what was never sent is handed back',
        changes: [
          {
            file: `${CORE}/session/delivery.ts`,
            from:
              '    this.#sender.handBackInDoubt(this.#exchange.restart());\n' +
              '    this.#sender.handBackUnsent(reason);',
            to: '    this.#sender.handBackUnsent(reason);',
          },
        ],
        tests: [`${TESTS}/delivery.test.ts`],
      },
    ],
  },
  {
    id: 'M22',
    name: 'a timer that is left behind',
    story: 'https://github.com/websockets/ws/pull/1696',
    mutants: [
      {
        title: 'the alarm of a dead connection stays set',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    this.#alarm.clear();\n    this.#outgoing.flush();',
            to: '    this.#outgoing.flush();',
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'the heartbeat of an idle connection keeps its process alive',
        changes: [
          {
            file: `${CORE}/node/system-clock.ts`,
            from: '    else this.#armed?.timer.unref();',
            to: '    else this.#armed?.timer.ref();',
          },
        ],
        tests: [`${TESTS}/node/system-clock.test.ts`],
      },
      {
        title: 'a timer that is replaced by an earlier one fires as well',
        changes: [
          {
            file: `${CORE}/node/system-clock.ts`,
            from: '      this.#armed?.timer.close();\n',
            to: '',
          },
        ],
        tests: [`${TESTS}/node/system-clock.test.ts`],
      },
      {
        title: 'a client that was destroyed while it waited goes on waiting, and keeps its process alive',
        changes: [
          {
            file: 'packages/client/src/dialling-client.ts',
            from: '    this.#retryAlarm.clear();\n    this.#forgetAlarm.clear();\n    this.#dialling?.abort();',
            to: '    this.#forgetAlarm.clear();\n    this.#dialling?.abort();',
          },
        ],
        tests: ['test/integration/reconnecting.test.ts'],
      },
    ],
  },
];
