/** Program: a client whose handler takes its time for each message, and has nothing to say to it, nor to its parent. */

import { setTimeout } from 'node:timers/promises';
import type { ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import { programConfig } from './program.ts';

/** What it is started with. It does not come back. */
export type SlowReaderConfig = ClientOptions & {
  /** What the handler takes for a message; 0 for no time at all. */
  readonly handlerMs: number;
};

const { handlerMs, ...options } = programConfig<SlowReaderConfig>();

connect({
  ...options,
  reconnect: false,
  onMessage: () => (handlerMs > 0 ? setTimeout(handlerMs) : undefined),
});
