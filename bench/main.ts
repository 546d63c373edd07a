/** Runs one scenario by its name: `npm run bench -- detect --rounds 3`. */

import process from 'node:process';
import { ack } from './ack/scenario.ts';
import { busy } from './busy/scenario.ts';
import { connect } from './connect/scenario.ts';
import { crowd } from './crowd/scenario.ts';
import { detect } from './detect/scenario.ts';
import { idle } from './idle/scenario.ts';
import { reconnect } from './reconnect/scenario.ts';
import { stall } from './stall/scenario.ts';
import { runScenario } from './support/command.ts';
import { tables } from './tables/scenario.ts';
import { watch } from './watch/scenario.ts';

const SCENARIOS = { idle, busy, ack, detect, stall, connect, reconnect, crowd, watch, tables };

process.exitCode = await runScenario('bench', SCENARIOS, process.argv.slice(2));
