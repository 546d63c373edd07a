/** Simulates, in virtual time: `npm run simulate -- qos --days 30`. */

import process from 'node:process';
import { runScenario } from '../support/command.ts';
import { qos } from './qos.ts';

process.exitCode = await runScenario('simulate', { qos }, process.argv.slice(2));
