/** Plays a scenario: here, or in a process of its own. */

import { startProgram } from '../support/program.ts';
import type { Finding, Scenario } from './scenario.ts';
import type { Line, Tell } from './stage.ts';
import { Stage } from './stage.ts';

/** A scenario that is not over by then never will be. */
const LIMIT_MS = 30_000;

/** Plays it in this process. Never rejects: what goes wrong is a claim that does not hold. */
export async function play(scenario: Scenario, tell: Tell): Promise<Finding> {
  const stage = new Stage(scenario.name, tell);
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`not over within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([scenario.run(stage), late]);
  } catch (error) {
    return failure((error as Error).message);
  } finally {
    clearTimeout(limit);
    await stage.end();
  }
}

/** A scenario under way in a process of its own. */
export interface Elsewhere {
  /** Tells what has happened so far, and from now on as it happens. Resolves with the finding. */
  relay(tell: Tell): Promise<Finding>;
}

/** What the process of its own sends. */
export type Dispatch = { readonly line: Line } | { readonly finding: Finding };

/** Begins to play a scenario in a process of its own, so that it may block its event loop while ours goes on. */
export function playElsewhere(scenario: Scenario): Elsewhere {
  const lines: Line[] = [];
  let tell: Tell = (line) => void lines.push(line);
  const finding = new Promise<Finding>((resolve) => {
    const program = startProgram(new URL('./elsewhere.js', import.meta.url), scenario.name);
    program.on('message', (dispatch: Dispatch) => {
      if ('line' in dispatch) tell(dispatch.line);
      else resolve(dispatch.finding);
    });
    program.once('exit', () => resolve(failure('its process ended')));
  });
  return {
    relay(to) {
      for (const line of lines) to(line);
      tell = to;
      return finding;
    },
  };
}

function failure(reason: string): Finding {
  return { cause: 'none', claims: { [`it runs to its end (${reason})`]: false } };
}
