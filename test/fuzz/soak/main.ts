/** The soak: a live server under attack, beside lawful sessions. */

/** Runs it with these arguments; resolves with the exit code. */
export async function runSoak(_args: readonly string[]): Promise<number> {
  throw new Error('there is no soak yet');
}
