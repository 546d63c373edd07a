/** What a cause rests on, for people. */

import type { Evidence } from '@systole/core';

/** The system's words, the peer's, and our guess: as far as there are any. */
export function reasonsOf({ code, syscall, detail, hint }: Evidence): readonly string[] {
  return [
    code !== undefined && (syscall === undefined ? code : `${code} on ${syscall}`),
    detail !== undefined && detail !== '' && `“${detail}”`,
    hint !== undefined && `hint: ${hint}`,
  ].filter((reason) => reason !== false);
}

/** Behind a cause, in brackets; nothing where there is nothing to say. */
export function inBrackets(reasons: readonly string[]): string {
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
}
