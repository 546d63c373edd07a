/** Simulates, in virtual time: `npm run simulate -- qos --days 30`, or `npm run simulate -- --sessions 1000000`. */

import process from 'node:process';
import { runScenario } from '../support/command.ts';
import { fleet } from './fleet/scenario.ts';
import { qos } from './qos.ts';

const args = process.argv.slice(2);
// Flags alone are the fleet's.
process.exitCode = await runScenario('simulate', { qos, fleet }, args[0]?.startsWith('--') ? ['fleet', ...args] : args);
