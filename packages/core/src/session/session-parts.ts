/** What sessions are made of: the replaceable parts. */

import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import type { Logger } from '../words/logger.ts';
import type { Session, SessionEvents } from './api.ts';
import type { ConnectionParts } from './connection-owner.ts';

/** What a session publishes: its events, and `probe` for each PING. */
export type Publish = (name: keyof SessionEvents | 'probe', payload: object, session: Session) => void;

/** What sessions are made of: the replaceable parts. */
export interface SessionParts extends ConnectionParts {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly logger: Logger;
  /** Hears every event before the listeners do; used for `node:diagnostics_channel`. Must not throw. */
  readonly publish: Publish;
}
