/** What the harness and the processes of the two ends say to each other. */

/** What an end is started with. */
export interface EndConfig {
  /** This process, such as `client-2`: the second one that is a client. */
  readonly incarnation: string;
  /** Of the journals. */
  readonly folder: string;
  /** Where to listen, or to dial; 0 for any to listen at. */
  readonly port: number;
}

/** A session at one moment, as `inspect` tells. */
export interface SessionCount {
  readonly id: string;
  readonly epoch: number;
  readonly isOpen: boolean;
  /** Messages that wait for their outcome, and their bytes. */
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly unwrittenBytes: number;
}

/** A process at one moment. */
export interface Census {
  /** Messages since it was started. */
  readonly sent: number;
  readonly settled: number;
  readonly sessions: readonly SessionCount[];
}

/** Its memory, with all garbage collected. */
export interface Memory {
  /** When it had settled its first messages; undefined if it has not settled enough. */
  readonly warmBytes: number | undefined;
  readonly nowBytes: number;
}

/** What an end says. */
export type FromEnd =
  | { readonly type: 'started'; readonly port: number }
  | { readonly type: 'census'; readonly census: Census }
  /** The event loop turns again. */
  | { readonly type: 'unblocked' }
  | { readonly type: 'memory'; readonly memory: Memory }
  /** Every promise is settled. */
  | { readonly type: 'left' };

/** What an end does. */
export type ToEnd =
  | { readonly type: 'count' }
  /** Does nothing for so long: not even a timer fires. */
  | { readonly type: 'block'; readonly ms: number }
  /** Sends no more messages; those under way go on. */
  | { readonly type: 'rest' }
  | { readonly type: 'weigh' }
  /** Says goodbye to the peer, whatever is under way. */
  | { readonly type: 'leave' };
