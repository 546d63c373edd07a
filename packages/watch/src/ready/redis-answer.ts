/** What the server of Redis answers, whichever client has asked. */

/** Its errors begin with a code in capitals, and clients pass them on as they are: LOADING, BUSY, NOAUTH, MISCONF. */
const ERROR_REPLY = /^[A-Z]+ /;

/**
 * Fulfilled with whatever the server answers, be it an error: a Redis that says that it is busy with a script, or still
 * loading its data, lives. Rejects if it was not the server that has spoken.
 */
export async function answerOf(reply: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Error && ERROR_REPLY.test(error.message)) return error;
    throw error;
  }
}
