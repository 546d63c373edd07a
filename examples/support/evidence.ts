/** What a cause rests on, for people. */

import type { Cause, Evidence } from '@systole/core';

/** The system's words, the peer's, and our guess: as far as there are any. */
export function reasonsOf({ cause, evidence }: { readonly cause: Cause; readonly evidence: Evidence }): string[] {
  const { code, syscall, detail, hint } = evidence;
  return [
    code !== undefined && code !== cause && (syscall === undefined ? code : `${code} on ${syscall}`),
    detail !== undefined && detail !== '' && `“${detail}”`,
    hint !== undefined && `hint: ${hint}`,
  ].filter((reason) => reason !== false);
}

/** Behind a cause, in brackets; nothing where there is nothing to say. */
export function inBrackets(reasons: readonly string[]): string {
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
}
