/** What became of a promise, for tests in which it may not settle. */

/** Its value, or the code of its error; `pending` before. */
export interface Fate {
  now: unknown;
}

/** Watches a promise. Its fate is known once promises have settled. */
export function fateOf(promise: Promise<unknown>): Fate {
  const fate: Fate = { now: 'pending' };
  promise.then(
    (value) => {
      fate.now = value;
    },
    (error: { readonly code: string }) => {
      fate.now = error.code;
    },
  );
  return fate;
}

/** Lets promises settle, and turns that were asked for happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}
