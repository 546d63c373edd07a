/** What a message costs the end that takes it in: the unit of credit (W5). docs/PROTOCOL.md has the number. */

/**
 * Beside its bytes each message takes objects that hold it. Counting them bounds a flood of empty messages, too: one that waits
 * takes of the heap less than twice as much.
 */
export const MESSAGE_COST = 128;

/** The cost of a message, or of a result that is kept, with so many bytes. */
export function costOf(byteCount: number): number {
  return MESSAGE_COST + byteCount;
}

/**
 * What may be read, or received of results, before the peer is told of it for that reason alone: half of the smallest send
 * window. So a peer that waits until it may forget results must bear with this much.
 */
export const UNTOLD_BYTES = 32_768;
