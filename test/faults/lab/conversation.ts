/** One end of a connection, whatever it is made of, as the laboratory orders it about. */

/** Sends now and then, so that there is always something in flight on a path of milliseconds. */
export const CHATTER_MS = 100;

/** What a busy end sends each time. */
export const MORSEL = 'x'.repeat(64);

/** Enough to fill every buffer on the way. */
export const FLOOD_BYTES = 8 * 1_048_576;

export interface Conversation {
  /** Takes nothing any more of what comes. */
  stopReading(): void;
  /** Sends far more than anyone will take. */
  flood(): void;
  /** Says goodbye. */
  close(): void;
}
