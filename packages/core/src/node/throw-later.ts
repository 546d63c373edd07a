/** What becomes of an error that somebody's callback throws into our loop. */

/**
 * Throws the error again when the present callback of the event loop is over: it is as uncaught as it would have been,
 * and those who come after its thrower are called nevertheless.
 */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
