/** Bugs of when: a deadline that is never armed, is moved by the wrong thing, or blames the wrong one. */

import type { Bug } from '../bug.ts';

const CORE = 'packages/core/src';
const TESTS = 'packages/core/test';

export const DEADLINES: readonly Bug[] = [
  {
    id: 'M1',
    name: 'the clock of a probe starts when it is written',
    story: 'https://github.com/grpc/grpc/issues/15871',
    mutants: [
      {
        title: 'while the PING waits behind a full send queue, the verdict moves away',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    const pingWaits = this.#isPingWaiting();\n',
            to:
              '    const pingWaits = this.#isPingWaiting();\n' +
              '    if (pingWaits) this.deadAt = now + keepalive.intervalMs * keepalive.probes;\n',
          },
        ],
        tests: [`${TESTS}/liveness-writing.test.ts`],
      },
    ],
  },
  {
    id: 'M5',
    name: 'the time before a probe, where the time for its answer was meant',
    story: 'https://github.com/grpc/grpc/pull/14780',
    mutants: [
      {
        title: 'the verdict comes idle after the first probe',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    this.deadAt = dueAt + intervalMs * probes;',
            to: '    this.deadAt = dueAt + (this.#config.keepalive?.idleMs ?? 0);',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
      {
        title: 'the suspicion comes idle after the first probe',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    this.suspectAt = dueAt + intervalMs;',
            to: '    this.suspectAt = dueAt + (this.#config.keepalive?.idleMs ?? 0);',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
    ],
  },
  {
    id: 'M6',
    name: 'no probe because one is in flight, and so no deadline either',
    story: 'https://github.com/grpc/grpc/issues/14717',
    mutants: [
      {
        title: 'a silence does not begin while the last PING is unanswered',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: "    if (this.#state === 'quiet') this.#startProbing(slept ? now : dueAt, keepalive);\n",
            to:
              "    if (this.#state === 'quiet' && this.pingAt !== NEVER) {\n" +
              '      this.evidenceAt = now;\n' +
              '      return;\n' +
              '    }\n' +
              "    if (this.#state === 'quiet') this.#startProbing(slept ? now : dueAt, keepalive);\n",
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
    ],
  },
  {
    id: 'M9',
    name: 'sending is taken for life',
    story: 'https://github.com/grpc/grpc-node/pull/2513',
    mutants: [
      {
        title: 'every write moves the deadline, PINGs included',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    this.#outgoing.flush();\n    this.#alarm.set(',
            to:
              '    if (this.#outgoing.isLeaving) this.liveness?.handleEvidence(this.#clock.now());\n' +
              '    this.#outgoing.flush();\n' +
              '    this.#alarm.set(',
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'a message that leaves puts the first probe off',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: '    this.#outgoing.flush();\n    this.#alarm.set(',
            to:
              "    if (this.#outgoing.isLeaving && this.liveness?.state === 'quiet') {\n" +
              '      this.liveness.handleEvidence(this.#clock.now());\n' +
              '    }\n' +
              '    this.#outgoing.flush();\n' +
              '    this.#alarm.set(',
          },
        ],
        tests: ['test/simulated/death.test.ts'],
      },
      {
        title: 'bytes that our kernel takes move the verdict',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    if (position > this.#writtenTo) this.#writtenTo = position;',
            to:
              '    if (position <= this.#writtenTo) return;\n' +
              '    this.#writtenTo = position;\n' +
              '    this.deadAt += this.#config.keepalive?.intervalMs ?? 0;',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
    ],
  },
  {
    id: 'M10',
    name: 'the verdict of a late timer',
    story: 'https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick',
    mutants: [
      {
        title: 'the deadline decides at once, and bytes that wait in the kernel are not looked at',
        changes: [
          {
            file: `${CORE}/session/connection.ts`,
            from: "    if (wish.type === 'confirm') this.#clock.afterPoll((now) => this.#handlePolled(now));",
            to: "    if (wish.type === 'confirm') queueMicrotask(() => this.#handlePolled(this.#clock.now()));",
          },
        ],
        tests: [`${TESTS}/connection.test.ts`],
      },
      {
        title: 'one immediate is taken for a poll phase, whoever asks',
        changes: [
          {
            file: `${CORE}/node/system-clock.ts`,
            from: '    this.#polls.add(callback, this.#phase);',
            to: "    this.#polls.add(callback, this.#phase === 'unknown' ? 'timers' : this.#phase);",
          },
        ],
        tests: [`${TESTS}/node/system-clock.test.ts`],
      },
      {
        title: 'who replaces an overdue timer forgets how late it was',
        changes: [
          {
            file: `${CORE}/node/system-clock.ts`,
            from: '      const at = Math.min(soonest, this.#armed?.at ?? soonest);',
            to: '      const at = soonest;',
          },
        ],
        tests: [`${TESTS}/node/system-clock.test.ts`],
      },
      {
        title: 'a stall of our own excuses nobody',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    if (runAgainAt !== undefined) this.#excuse(runAgainAt, now, keepalive);',
            to: '    if (runAgainAt === Number.NEGATIVE_INFINITY) this.#excuse(runAgainAt, now, keepalive);',
          },
        ],
        tests: [`${TESTS}/liveness-stalls.test.ts`],
      },
    ],
  },
];
