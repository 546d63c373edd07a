/** How sockets are watched whose processor time is compared with what they need bare. */

import type { KeepaliveOptions } from '@systole/core';

/** A way to watch, or not to. */
export interface Contender {
  /** Undefined to watch nothing. */
  readonly keepalive?: KeepaliveOptions;
  /** Whether it looks so often that it does so in each turn; the others' turns are over before their first look. Default: false. */
  readonly looksInTurns?: boolean;
  /** Looks for answers among the bytes, so that each chunk passes a hook, a copy and a framer. Default: false. */
  readonly readsReplies?: boolean;
  /** Whether nobody shall notice what it costs; others are told. Default: false. */
  readonly isJudged?: boolean;
}

/** As most will watch: the default, spelt out. */
export const REALISTIC: KeepaliveOptions = { idle: 20_000, interval: 5_000, probes: 3 };

/** The shortest periods that options allow: a look at each tick of the clock. Many probes, as nobody is to be judged. */
const FASTEST: KeepaliveOptions = { idle: 100, interval: 100, probes: 20 };

/** Watched by nobody in either of its turns: what comes out for it is the error of the measurement. */
const CONTROL = 'bare, again';

export const CONTENDERS = {
  [CONTROL]: {},
  'idle 20 s': { keepalive: REALISTIC, isJudged: true },
  'idle 100 ms': { keepalive: FASTEST, looksInTurns: true },
  'idle 20 s, reply': { keepalive: REALISTIC, readsReplies: true },
} as const satisfies Readonly<Record<string, Contender>>;

export type ContenderName = keyof typeof CONTENDERS;

export const CONTENDER_NAMES = Object.keys(CONTENDERS) as readonly ContenderName[];

export function isJudged(name: ContenderName): boolean {
  const { isJudged: shallBe = false }: Contender = CONTENDERS[name];
  return shallBe;
}
