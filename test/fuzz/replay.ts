/** Runs a reproducer again. */

import type { Failure } from './failure.ts';
import { Failure as FailureError } from './failure.ts';
import type { WrittenInput } from './input.ts';
import { read } from './input.ts';
import { Isolation } from './isolation.ts';
import { LiveTarget } from './live/live-target.ts';

/** How these fail; undefined if they do not. */
export async function replay(inputs: readonly WrittenInput[], tests: URL): Promise<Failure | undefined> {
  const [first] = inputs;
  if (first?.target === 'server') {
    await using server = await LiveTarget.start(tests);
    return await server.run(inputs.map(read));
  }
  await using isolation = new Isolation({ seed: 1, target: undefined, tests: tests.href, isRaw: true });
  for (const input of inputs) {
    const reply = await isolation.try(input);
    if (reply.type === 'failed') return new FailureError(reply.kind, reply.text);
  }
  return undefined;
}
