/** How an application says that it is, beside its process being alive (L11). */

/** `ok`; `degraded`: it works, but not as it should; `failing`: do not count on it. */
export type HealthStatus = 'ok' | 'degraded' | 'failing';

/** What an application says of itself. */
export interface Health {
  /** In one word. */
  readonly status: HealthStatus;
  /** Anything that the codec encodes in at most 256 bytes, such as `{ queue: 17 }`. Undefined for nothing. */
  readonly payload?: unknown;
}

/**
 * Asked for each PING that is answered, so it must be quick: what takes long is measured elsewhere and told here. If it
 * throws, or returns something else, it counts as `failing`.
 */
export type HealthHook = () => Health | HealthStatus;

/** {@link Health} as it travels. */
export interface HealthReport {
  /** In one word. */
  readonly status: HealthStatus;
  /** The codec's bytes; none for no payload. */
  readonly payload: Uint8Array;
}
