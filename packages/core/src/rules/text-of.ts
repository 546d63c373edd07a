/** What was thrown, as a text. Total: it may be anything, and so may its properties. */

/** See the head of the file. */
export function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an error that cannot be shown';
  }
}
