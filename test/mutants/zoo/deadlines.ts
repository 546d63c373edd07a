/** Bugs of when: a deadline that is never armed, comes too early, wraps, or blames the wrong one. */

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
              '    if (pingWaits) this.#deadAt = now + keepalive.intervalMs * keepalive.probes;\n',
          },
        ],
        tests: [`${TESTS}/liveness-writing.test.ts`],
      },
    ],
  },
  {
    id: 'M3',
    name: 'a duration in 16 bits',
    story: 'https://github.com/zeromq/libzmq/issues/4226',
    mutants: [
      {
        title: 'an idle of 65.6 s crosses the wire as 64 ms',
        changes: [
          {
            file: `${CORE}/rules/hello.ts`,
            from: '  return [idleMs, intervalMs, probes];',
            to: '  return [idleMs & 0xffff, intervalMs & 0xffff, probes];',
          },
        ],
        tests: [`${TESTS}/hello.test.ts`],
      },
      {
        title: 'an option of 65.6 s is taken for 64 ms',
        changes: [{ file: `${CORE}/rules/duration.ts`, from: '? Math.ceil(ms) :', to: '? Math.ceil(ms) & 0xffff :' }],
        tests: [`${TESTS}/duration.test.ts`],
      },
      {
        title: 'a hint to come back in 65.6 s crosses the wire as 64 ms',
        changes: [
          {
            file: `${CORE}/rules/frame-codec.ts`,
            from: '  const retryAfterMs = reader.varint();',
            to: '  const retryAfterMs = reader.varint() & 0xffff;',
          },
        ],
        tests: [`${TESTS}/frame-codec.test.ts`],
      },
    ],
  },
  {
    id: 'M4',
    name: 'a timer beyond 2^31-1 ms',
    story: 'https://github.com/grpc/grpc/issues/16038',
    mutants: [
      {
        title: 'a deadline 25 days away is given to setTimeout as it is, which makes 1 ms of it',
        changes: [
          {
            file: `${CORE}/node/system-clock.ts`,
            from: 'const MAX_DELAY_MS = 2 ** 31 - 1;',
            to: 'const MAX_DELAY_MS = Number.MAX_SAFE_INTEGER;',
          },
        ],
        tests: [`${TESTS}/node/system-clock.test.ts`],
      },
      {
        title: 'the limit is 1 ms too high',
        changes: [
          {
            file: `${CORE}/node/system-clock.ts`,
            from: 'const MAX_DELAY_MS = 2 ** 31 - 1;',
            to: 'const MAX_DELAY_MS = 2 ** 31;',
          },
        ],
        tests: [`${TESTS}/node/system-clock.test.ts`],
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
            from: '    this.#deadAt = dueAt + intervalMs * probes;',
            to: '    this.#deadAt = dueAt + (this.#config.keepalive?.idleMs ?? 0);',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
      {
        title: 'the suspicion comes idle after the first probe',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    this.#suspectAt = dueAt + intervalMs;',
            to: '    this.#suspectAt = dueAt + (this.#config.keepalive?.idleMs ?? 0);',
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
              "    if (this.#state === 'quiet' && !this.#pingAnswered) {\n" +
              '      this.#evidenceAt = now;\n' +
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
              '    this.#deadAt += this.#config.keepalive?.intervalMs ?? 0;',
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
            to: "    if (wish.type === 'confirm') this.#tidings.push(() => this.#handlePolled(this.#clock.now()));",
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
  {
    id: 'M13',
    name: 'one number read as the interval at one end, and as the timeout at the other',
    story: 'https://www.rabbitmq.com/docs/heartbeats',
    mutants: [
      {
        title: 'one interval is the whole time for all probes',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    this.#deadAt = dueAt + intervalMs * probes;',
            to: '    this.#deadAt = dueAt + intervalMs;',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
      {
        title: 'the bound is promised without the number of probes',
        changes: [
          {
            file: `${CORE}/rules/keepalive.ts`,
            from: 'export function boundMs({ idleMs, intervalMs, probes }: Keepalive): number {\n  return idleMs + intervalMs * probes;',
            to: 'export function boundMs({ idleMs, intervalMs }: Keepalive): number {\n  return idleMs + intervalMs;',
          },
        ],
        tests: [`${TESTS}/describe.test.ts`],
      },
      {
        title: "each end watches with the other's triple",
        changes: [
          {
            file: `${CORE}/rules/negotiate.ts`,
            from: '    keepalive: raise(mine.keepalive, theirs.minPingIntervalMs),',
            to: '    keepalive: raise(theirs.keepalive, mine.minPingIntervalMs),',
          },
        ],
        tests: [`${TESTS}/negotiate.test.ts`],
      },
    ],
  },
  {
    id: 'M19',
    name: 'no jitter',
    story: 'https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/',
    mutants: [
      {
        title: 'idle is always as long: a fleet beats in step',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '(1 - IDLE_JITTER * this.#config.random())',
            to: '(1 - 0 * IDLE_JITTER)',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
      {
        title: 'those who connected together probe together',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    this.#idleMs = (config.keepalive?.idleMs ?? 0) * (1 - config.random());',
            to: '    this.#idleMs = config.keepalive?.idleMs ?? 0;',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
      {
        title: 'those who were cut together come back together',
        changes: [
          {
            file: 'packages/client/src/backoff.ts',
            from: 'Math.ceil(ceilingMs * random())',
            to: 'Math.ceil(ceilingMs * (0.5 + 0 * random()))',
          },
        ],
        tests: ['packages/client/test/backoff.test.ts'],
      },
    ],
  },
  {
    id: 'M20',
    name: 'idle as long as what the load balancer allows',
    story: 'https://github.com/mattermost/docs/issues/8929',
    mutants: [
      {
        title: 'the default idle is the 60 s after which common load balancers forget',
        changes: [
          {
            file: `${CORE}/rules/keepalive.ts`,
            from: 'default: { idleMs: 20_000,',
            to: 'default: { idleMs: 60_000,',
          },
        ],
        tests: [`${TESTS}/keepalive.test.ts`],
      },
    ],
  },
];
