/** A hook `authenticate` that answers when a test says so. */

import type { Authenticate, PeerIntroduction } from '@systole/server';
import { makeGate } from './gate.ts';
import { Tape } from './tape.ts';

/** A call that waits for its answer. */
export interface HookCall {
  readonly who: PeerIntroduction;
  readonly answer: (identity: unknown) => void;
}

/** The hook, and what it was asked. */
export function makeHook(): { readonly authenticate: Authenticate; readonly calls: Tape<HookCall> } {
  const calls = new Tape<HookCall>();
  const authenticate = (who: PeerIntroduction): unknown => {
    const { promise, open } = makeGate<unknown>();
    calls.push({ who, answer: open });
    return promise;
  };
  return { authenticate, calls };
}
