/** Runs one scenario by its name: `npm run bench -- detect --rounds 3`. */

import process from 'node:process';
import { busy } from './busy/scenario.ts';
import { crowd } from './crowd/scenario.ts';
import { delivery } from './delivery/scenario.ts';
import { detect } from './detect/scenario.ts';
import { idle } from './idle/scenario.ts';
import { runScenario } from './support/command.ts';

process.exitCode = await runScenario('bench', { idle, busy, delivery, detect, crowd }, process.argv.slice(2));
