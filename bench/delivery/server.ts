/** Program: the server of one system. It checks each message, counts them, and tells its processor time. */

import { usedMs } from '../support/lost-time.ts';
import { heard, programConfig, say } from '../support/program.ts';
import { requireStamp } from './system.ts';
import type { SystemName } from './systems.ts';
import { SYSTEMS } from './systems.ts';

/** What it is started with. */
export interface ServerConfig {
  readonly system: SystemName;
}

/** All since it was started. */
export interface ServerTally {
  readonly messages: number;
  readonly bytes: number;
  readonly cpuMs: number;
}

/** What it says. */
export type FromServer =
  | { readonly type: 'listening'; readonly port: number }
  | ({ readonly type: 'tally' } & ServerTally);

/** What it does. */
export interface ToServer {
  readonly type: 'tally';
}

const { system } = programConfig<ServerConfig>();
let messages = 0;
let bytes = 0;

const port = await SYSTEMS[system].listen(() => {
  let last = 0;
  return (message) => {
    last += 1;
    requireStamp(message, last);
    messages += 1;
    bytes += message.length;
  };
});
say<FromServer>({ type: 'listening', port });
for (;;) {
  await heard<ToServer>();
  say<FromServer>({ type: 'tally', messages, bytes, cpuMs: usedMs() });
}
