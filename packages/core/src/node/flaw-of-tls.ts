/** What node:tls finds wrong with its options, for an error that will be logged. */

import type { OptionProblem } from '../words/errors.ts';

/** Its message, without the value that Node has got where it wanted another: that may be a key, or a passphrase. */
export function flawOfTls(error: unknown): string {
  const { message } = error as Error;
  const [flaw = ''] = message.split(/\.? Received /, 1);
  return flaw;
}

/**
 * Texts that are no PEM, such as the path of a file: for one of them node:tls says `no start line`, or takes it for an authority
 * and trusts nobody.
 */
export function findTextsWithoutPem(tls: object, names: readonly ('ca' | 'cert' | 'key')[]): OptionProblem[] {
  const options = tls as Readonly<Record<string, unknown>>;
  return names
    .filter((name) =>
      [options[name]].flat().some((value) => typeof value === 'string' && !value.includes('-----BEGIN ')),
    )
    .map((name) => {
      const requirement = 'PEM, or an array of such: what is in the file, and not its path';
      return { path: `tls.${name}`, requirement, value: options[name], isSecret: true };
    });
}
