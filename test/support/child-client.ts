/** Program: a client that tells its parent every event, and answers every message with the message. */

import type { ClientOptions, SessionEvents } from '@systole/client';
import { connect } from '@systole/client';
import type { Told } from './pair.ts';
import { programConfig, say } from './program.ts';

/** What it says. It is started with {@link ClientOptions}. */
export type FromChildClient = Told;

const client = connect({ ...programConfig<ClientOptions>(), onMessage: (message) => message });

const EVENTS = ['connect', 'suspect', 'alive', 'dead', 'disconnect', 'reconnecting', 'end'] as const;
for (const type of EVENTS satisfies readonly (keyof SessionEvents)[]) {
  client.on(type, (payload) => say({ type, payload } as FromChildClient));
}
