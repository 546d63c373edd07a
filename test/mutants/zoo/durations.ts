/** Bugs of how long: numbers that wrap, that two ends read in two ways, or that are the same for all. */

import type { Bug } from '../bug.ts';

const CORE = 'packages/core/src';
const TESTS = 'packages/core/test';

export const DURATIONS: readonly Bug[] = [
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
    id: 'M13',
    name: 'one number read as the interval at one end, and as the timeout at the other',
    story: 'https://www.rabbitmq.com/docs/heartbeats',
    mutants: [
      {
        title: 'one interval is the whole time for all probes',
        changes: [
          {
            file: `${CORE}/machines/liveness.ts`,
            from: '    this.deadAt = dueAt + intervalMs * probes;',
            to: '    this.deadAt = dueAt + intervalMs;',
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
            file: `${CORE}/rules/idle-draw.ts`,
            from: '(1 - IDLE_JITTER * random())',
            to: '(1 - 0 * IDLE_JITTER * random())',
          },
        ],
        tests: [`${TESTS}/liveness.test.ts`],
      },
      {
        title: 'those who connected together probe together',
        changes: [
          {
            file: `${CORE}/rules/idle-draw.ts`,
            from: 'return idleMs * (1 - random());',
            to: 'return idleMs * (1 - 0 * random());',
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
