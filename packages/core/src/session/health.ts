/** What the two ends of a connection say of their applications: ours asked of the user's hook, the peer's told when it changes. */

import { MAX_HEALTH_BYTES } from '../rules/limits.ts';
import type { Codec } from '../words/codec.ts';
import type { PongFrame } from '../words/frame.ts';
import type { Health, HealthHook, HealthReport, HealthStatus } from '../words/health.ts';
import type { Logger } from '../words/logger.ts';

const STATUSES: ReadonlySet<unknown> = new Set<HealthStatus>(['ok', 'degraded', 'failing']);
const WRONG_ANSWER = "health() must return 'ok', 'degraded' or 'failing', or an object with that status";
const NOTHING = new Uint8Array(0);
const FAILING: HealthReport = { status: 'failing', payload: NOTHING };

/** Hooks that were complained about: a server asks one hook for all its sessions, and says once that it is broken. */
const complained = new WeakSet<HealthHook>();

/** Our own health, asked anew for each PONG. */
export class OwnHealth {
  readonly #hook: HealthHook;
  readonly #codec: Codec;
  readonly #logger: Logger;
  #report: HealthReport | undefined;

  constructor(hook: HealthHook, codec: Codec, logger: Logger) {
    this.#hook = hook;
    this.#codec = codec;
    this.#logger = logger;
  }

  /** Asks the user's hook. Never throws: what is wrong with the hook is a health as well. */
  examine(): void {
    try {
      this.#report = encodeHealth(this.#hook(), this.#codec);
    } catch (error) {
      this.#report = FAILING;
      this.#complain(error);
    }
  }

  /** The PONG for a PING; undefined until the hook has been asked for it. */
  pong(number: number, handled = 0): PongFrame | undefined {
    const health = this.#report;
    this.#report = undefined;
    return health === undefined ? undefined : { type: 'pong', number, handled, health };
  }

  #complain(error: unknown): void {
    if (complained.has(this.#hook)) return;
    complained.add(this.#hook);
    this.#logger.warn({ error }, 'health hook failed');
  }
}

/** @throws TypeError or RangeError for what is no health, and whatever a codec or a getter throws. */
function encodeHealth(answer: unknown, codec: Codec): HealthReport {
  // An async hook is a mistake, and is told so below; what becomes of its promise is nobody's business any more.
  if (answer instanceof Promise) answer.catch(() => {});
  const { status, payload } = (typeof answer === 'object' && answer !== null ? answer : { status: answer }) as Health;
  if (!STATUSES.has(status)) throw new TypeError(WRONG_ANSWER);
  const bytes = payload === undefined ? NOTHING : codec.encode(payload);
  if (bytes.length <= MAX_HEALTH_BYTES) return { status, payload: bytes };
  throw new RangeError(`the payload of health() must take at most ${MAX_HEALTH_BYTES} bytes, got ${bytes.length}`);
}

/** What the peer says of its health on one connection. */
export class PeerHealth {
  readonly #codec: Codec;
  #report: HealthReport | undefined;
  #health: Health | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  get health(): Health | undefined {
    return this.#health;
  }

  /** The peer's health if it is the first, or differs from the one before. Runs the codec. */
  handleReport(report: HealthReport): Health | undefined {
    if (this.#report !== undefined && isSame(report, this.#report)) return undefined;
    this.#report = report;
    this.#health = { status: report.status, payload: this.#decode(report.payload) };
    return this.#health;
  }

  /** A payload that cannot be decoded is none: the status counts. */
  #decode(payload: Uint8Array): unknown {
    if (payload.length === 0) return undefined;
    try {
      return this.#codec.decode(payload);
    } catch {
      return undefined;
    }
  }
}

function isSame(one: HealthReport, other: HealthReport): boolean {
  return (
    one.status === other.status &&
    one.payload.length === other.payload.length &&
    one.payload.every((byte, index) => byte === other.payload[index])
  );
}
