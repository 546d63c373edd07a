/** The heartbeat of one open connection: our PINGs, the peer's, and their PONGs. Joins the liveness machine to what is sent. */

import type { LivenessConfig, LivenessOutput } from '../machines/liveness.ts';
import { Liveness } from '../machines/liveness.ts';
import type { Keepalive } from '../rules/keepalive.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { SessionConfig } from '../rules/options.ts';
import { PingBudget } from '../rules/ping-budget.ts';
import type { Instant } from '../words/clock.ts';
import type { PongFrame } from '../words/frame.ts';
import type { Outgoing } from './outgoing.ts';

/** What the liveness machine wants, apart from when it wants to be called; and what a PONG needs that is due. */
export type LivenessWish =
  | Exclude<LivenessOutput, { readonly type: 'wait' }>
  /** Ask the user's hook how the application is, then beat again. */
  | { readonly type: 'examine' };

/** The stream that a heartbeat puts its frames into. */
export type BeatStream = Pick<Outgoing, 'hasRoom' | 'position' | 'put'>;

/** See the head of the file. */
export class Heartbeat {
  /** Our judgement of the peer. */
  readonly liveness: Liveness;
  readonly #config: SessionConfig;
  readonly #peerKeepalive: Keepalive | undefined;
  /** Made when the peer first pings: until then it would be full. */
  #budget: PingBudget | undefined;
  /** The number of the newest PING that awaits its PONG; 0 if none does. One is enough, and all that a flood can make us keep (L7). */
  #pongDue = 0;

  constructor(terms: Terms, config: SessionConfig, random: () => number, now: Instant) {
    this.liveness = new Liveness(livenessConfigOf(config, terms.keepalive, random), now);
    this.#config = config;
    this.#peerKeepalive = terms.peerKeepalive;
  }

  /** The peer has pinged; false if that was one too many. */
  handlePing(number: number, now: Instant): boolean {
    this.#pongDue = number;
    this.#budget ??= new PingBudget(this.#config.minPingIntervalMs, this.#peerKeepalive, now);
    return this.#budget.take(now);
  }

  /**
   * Puts what is due into the stream, passes on what the machine wants, and returns its next deadline. `answer` makes the
   * PONG for a PING; undefined if the user's hook has to be asked first.
   */
  beat(
    outgoing: BeatStream,
    answer: (number: number) => PongFrame | undefined,
    wish: (wish: LivenessWish) => void,
  ): Instant {
    if (this.#pongDue > 0 && outgoing.hasRoom) {
      const pong = answer(this.#pongDue);
      if (pong === undefined) {
        wish({ type: 'examine' });
      } else {
        outgoing.put(pong);
        this.#pongDue = 0;
      }
    }
    for (;;) {
      const output = this.liveness.poll();
      if (output.type === 'wait') return output.until ?? Number.POSITIVE_INFINITY;
      if (output.type === 'ping') {
        outgoing.put(output);
        this.liveness.handlePingQueued(outgoing.position);
      }
      wish(output);
    }
  }
}

/** What all connections of one server have in common is kept once. */
const shared = new WeakMap<SessionConfig, LivenessConfig>();

function livenessConfigOf(
  config: SessionConfig,
  keepalive: Keepalive | undefined,
  random: () => number,
): LivenessConfig {
  const known = shared.get(config);
  if (known !== undefined && known.keepalive === keepalive && known.random === random) return known;
  const { writeTimeoutMs, pausedTimeoutMs } = config;
  const made = { keepalive, writeTimeoutMs, pausedTimeoutMs, random };
  shared.set(config, made);
  return made;
}
