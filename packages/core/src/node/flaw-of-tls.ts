/** What node:tls finds wrong with its options, for an error that will be logged. */

/** Its message, without the value that Node has got where it wanted another: that may be a key, or a passphrase. */
export function flawOfTls(error: unknown): string {
  const { message } = error as Error;
  const [flaw = ''] = message.split(/\.? Received /, 1);
  return flaw;
}
