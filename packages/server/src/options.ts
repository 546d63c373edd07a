/** Options of a server. */

import type { MessageHandler, SessionOptions } from '@systole/core';
import { checkOptions, findOversize, partEntries, sessionEntries } from '@systole/core';
import type { PartOptions } from '@systole/core/node';

/** Options of {@link createServer}. All have defaults. */
export interface ServerOptions extends SessionOptions, PartOptions {
  /** Handles the messages of every session. Without it, messages are refused with `no-handler`. */
  readonly onMessage?: MessageHandler;
}

/** @throws OptionsError that lists every problem. */
export function checkServerOptions(options: ServerOptions): void {
  checkOptions({ ...sessionEntries, ...partEntries }, options, findOversize);
}
