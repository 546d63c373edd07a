/** Visits every state that a world can come into, nearest first, so that what is found has the shortest story. */

import type { Explorable } from './explorable.ts';
import { StateSet } from './state-set.ts';

/** What an exploration has found. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** What is broken, and how it came about; undefined if nothing is. */
  readonly finding: { readonly violation: string; readonly story: readonly string[] } | undefined;
}

/** See the head of the file. It ends at the first finding. */
export function explore(world: Explorable): Exploration {
  const seen = new StateSet();
  seen.add(world.first, -1);
  let transitions = 0;
  const found = (violation: string, index: number, last: readonly string[]): Exploration => {
    return { states: seen.size, transitions, finding: { violation, story: [...tell(world, seen, index), ...last] } };
  };
  for (let index = 0; index < seen.size; index += 1) {
    const state = seen.at(index);
    let isBound = false;
    let isOver = true;
    for (const { name, kind, state: next, violation } of world.transitions(state)) {
      transitions += 1;
      if (violation !== undefined) return found(violation, index, [name]);
      isBound ||= kind === 'must';
      isOver &&= kind === 'may';
      seen.add(next, index);
    }
    const unsettled = isBound ? undefined : world.findUnsettled(state);
    const violation = unsettled ?? (isOver ? world.findLeftover(state) : undefined);
    if (violation !== undefined) return found(violation, index, []);
  }
  return { states: seen.size, transitions, finding: undefined };
}

function tell(world: Explorable, seen: StateSet, index: number): string[] {
  const path: number[] = [];
  for (let at = index; at >= 0; at = seen.parent(at)) path.unshift(at);
  const story: string[] = [];
  for (const [step, at] of path.entries()) {
    if (step === 0) continue;
    const target = String(seen.at(at));
    const before = seen.at(path[step - 1] as number);
    story.push(world.transitions(before).find(({ state }) => String(state) === target)?.name ?? '?');
  }
  return story;
}
