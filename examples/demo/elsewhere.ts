/** Plays one scenario in this process of its own, and sends the demo all that is told. */

import process from 'node:process';
import { endWithParent } from '../support/program.ts';
import type { Dispatch } from './play.ts';
import { play } from './play.ts';
import { SCENARIOS } from './scenarios/index.ts';

endWithParent();

const scenario = SCENARIOS.find(({ name }) => name === process.argv[2]);
if (scenario === undefined) throw new Error(`there is no scenario '${process.argv[2]}'`);

function send(dispatch: Dispatch): void {
  process.send?.(dispatch);
}

const finding = await play(scenario, (line) => send({ line }));
process.send?.({ finding } satisfies Dispatch, () => process.exit());
