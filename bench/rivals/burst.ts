/** Messages as fast as answers come back for them, over many lines at once, for a time. */

import { performance } from 'node:perf_hooks';
import { usedMs } from '../support/lost-time.ts';
import type { ClientLine, Receive } from './rival.ts';
import type { Answer } from './server.ts';
import { numberOf, requireStamp, stamp } from './stamp.ts';
import { Unanswered } from './unanswered.ts';

/** What is sent, and how. */
export interface Burst {
  /** How many connections take part. */
  readonly connections: number;
  /** Size of a message. */
  readonly bytes: number;
  /** Messages under way on each connection. */
  readonly depth: number;
  /** For so long new messages are sent; the last answers are waited for. */
  readonly ms: number;
}

/** What a burst has cost the client, from the first message to the last answer. */
export interface BurstReport {
  readonly messages: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

/** One connection of the client. */
export interface Caller {
  line: ClientLine;
  /** The number of the last message that was sent. */
  sent: number;
  /** What comes is for whoever waits for it. */
  receive: Receive;
}

/** @throws Error if what comes back is not as it was sent, or nobody waits for it. */
export async function runBurst(callers: readonly Caller[], answer: Answer, burst: Burst): Promise<BurstReport> {
  const { connections, bytes, depth, ms } = burst;
  // Filled before it begins: the first touch of memory is not what is measured.
  const talks = callers.slice(0, connections).map((caller) => ({
    caller,
    messages: Array.from({ length: depth }, () => new Uint8Array(bytes).fill(1)),
  }));
  const startedAt = performance.now();
  const usedBefore = usedMs();
  const clock = { isOver: false };
  setTimeout(() => {
    clock.isOver = true;
  }, ms);
  const counts = await Promise.all(
    talks.map(({ caller, messages }) =>
      answer === 'echo'
        ? echo(caller, messages, clock)
        : acknowledge(caller, messages, clock, answer === 'own' ? deliverBy(caller.line) : deliverByHand(caller)),
    ),
  );
  return {
    messages: counts.reduce((sum, count) => sum + count, 0),
    elapsedMs: performance.now() - startedAt,
    cpuMs: usedMs() - usedBefore,
  };
}

interface Clock {
  readonly isOver: boolean;
}

/** Each message comes back, in order. Then nobody has a hold on it any more, and it is sent again with the next number. */
function echo(caller: Caller, messages: readonly Uint8Array[], clock: Clock): Promise<number> {
  const first = caller.sent + 1;
  let next = first;
  const send = (message: Uint8Array): void => {
    caller.sent += 1;
    stamp(message, caller.sent);
    caller.line.send(message);
  };
  return new Promise((resolve, reject) => {
    const handle = (message: Uint8Array): void => {
      const mine = messages[(next - first) % messages.length] as Uint8Array;
      if (message.length !== mine.length) throw new Error(`${mine.length} bytes came back as ${message.length}`);
      requireStamp(message, next);
      next += 1;
      if (!clock.isOver) send(mine);
      else if (next > caller.sent) resolve(next - first);
    };
    caller.receive = (message) => {
      try {
        handle(message);
      } catch (error) {
        reject(error); // not every rival lets it through
      }
    };
    for (const message of messages) send(message);
  });
}

type Deliver = (message: Uint8Array) => Promise<unknown>;

/** A promise a message: it is sent again when it is known to be handled. */
async function acknowledge(
  caller: Caller,
  messages: readonly Uint8Array[],
  clock: Clock,
  deliver: Deliver,
): Promise<number> {
  const first = caller.sent + 1;
  await Promise.all(
    messages.map(async (message) => {
      while (!clock.isOver) {
        caller.sent += 1;
        stamp(message, caller.sent);
        await deliver(message);
      }
    }),
  );
  return caller.sent - first + 1;
}

function deliverBy({ deliver }: ClientLine): Deliver {
  if (deliver === undefined) throw new Error('it has no acknowledgements of its own');
  return deliver;
}

/** For those that cannot tell: the server sends a message's number back when it has handled it. */
function deliverByHand(caller: Caller): Deliver {
  const unanswered = new Unanswered();
  caller.receive = (message) => unanswered.acknowledge(numberOf(message));
  return (message) => {
    const answered = unanswered.wait(numberOf(message));
    caller.line.send(message);
    return answered;
  };
}
