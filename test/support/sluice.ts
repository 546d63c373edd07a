/** What a watcher says to the sluices of its peers, on a socket of theirs: see `peers.ts`. */

/** Nothing passes any more. */
export const HOLD = 'h';
/** What was held passes, and what comes. */
export const RELEASE = 'r';
