/** The two ends of an attempt to connect, as the laboratory sees them: see `dialler.ts` and `acceptor.ts`. */

import type { Sighting } from './sighting.ts';
import type { Carrier } from './sockets.ts';

/** What they are started with. */
export interface DialConfig<Speech> {
  readonly host: string;
  readonly port: number;
  readonly over: Carrier;
  readonly speaks: Speech;
}

/** How many connections the acceptor's kernel keeps for it while it does not accept them; Linux keeps one more. */
export const BACKLOG = 3;

/** What they say. */
export type FromDialEnd =
  /** Started; the acceptor listens. */
  | { readonly type: 'ready' }
  /** A plain socket of the dialler is connected. */
  | { readonly type: 'connected' }
  | { readonly type: 'report'; readonly sightings: readonly Sighting[] };

/** What they do; only the dialler dials. */
export type ToDialEnd = { readonly type: 'dial' } | { readonly type: 'report' };
