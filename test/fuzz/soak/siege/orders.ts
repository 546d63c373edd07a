/** What the harness and the besiegers say to each other. */

/** What besiegers are started with. */
export interface BesiegersConfig {
  readonly port: number;
  /** The place of their kind in the list. */
  readonly kind: number;
}

/** What besiegers do: so many more come, or all leave. */
export type ToBesiegers = { readonly type: 'come'; readonly count: number } | { readonly type: 'leave' };

/** What besiegers say: all have done what they can, or are gone. */
export interface FromBesiegers {
  readonly type: 'standing' | 'left';
}
