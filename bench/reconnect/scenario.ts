/**
 * How does a fleet come back when its server is killed, and starts again on the same port? Everyone, and not all at once: with the default
 * options of Systole, and with a fixed delay by hand.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../rivals/duel.ts';
import type { RivalName } from '../rivals/rivals.ts';
import { describeFlags, parseFlags } from '../support/flags.ts';
import { Program, sharedNow } from '../support/program.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import { formatTable } from '../support/table.ts';
import type { Target } from '../support/targets.ts';
import { atLeast, atMost, promised } from '../support/targets.ts';
import type { Arrivals } from './arrivals.ts';
import { arrivalsOf, describeHistogram, SLOT_MS } from './arrivals.ts';
import type { ClientsConfig, FromClients, ToClients } from './clients.ts';
import type { FleetName } from './fleet.ts';
import { FIXED_DELAY_MS } from './fleet.ts';

const DEFAULTS = { connections: 5_000, down: 500, patience: 60 };

const SERVERS: Readonly<Record<FleetName, RivalName>> = { 'net, a fixed delay': 'net', systole: 'systole' };

const HEARTBEAT_MS = 5_000;

const MAX_SLOT_SHARE = 0.05;
/** Of fewer clients, chance puts more into one slot. */
const MIN_JUDGED = 5_000;

async function measure(fleet: FleetName, { connections, down, patience }: typeof DEFAULTS): Promise<Arrivals> {
  const config = { rival: SERVERS[fleet], heartbeatMs: HEARTBEAT_MS };
  const server = startServer(config);
  const { port } = await server.next('listening');
  const clientsConfig: ClientsConfig = { fleet, port, connections };
  await using clients = new Program<FromClients, ToClients>(new URL('./clients.js', import.meta.url), clientsConfig);
  await clients.next('connected');
  const patienceMs = patience * 1_000;
  clients.send({ type: 'watch', patienceMs });
  const killedAt = sharedNow();
  await server[Symbol.asyncDispose]();
  const report = clients.next('report', 2 * patienceMs);
  await sleep(down);
  await using again = startServer({ ...config, port });
  await again.next('listening');
  const listensAt = sharedNow();
  return arrivalsOf((await report).returns, connections, { killedAt, listensAt });
}

function targetsOf(connections: number, { back, maxSlotShare }: Arrivals): Target[] {
  return [
    promised(atLeast('clients of systole that came back', back, connections)),
    ...(connections < MIN_JUDGED
      ? []
      : [atMost(`most of them that were due in one slot of ${SLOT_MS} ms, as a share`, maxSlotShare, MAX_SLOT_SHARE)]),
  ];
}

async function run(flags: typeof DEFAULTS): Promise<Outcome> {
  const { connections, down } = flags;
  const byHand = await measure('net, a fixed delay', flags);
  const systole = await measure('systole', flags);
  const fleets: Readonly<Record<FleetName, Arrivals>> = { 'net, a fixed delay': byHand, systole };
  const text = [
    `${connections.toLocaleString('en')} clients whose server is killed, and starts again on the same port ${down} ms later.`,
    `Times from the kill, in ms, until so many are back; bars: when their attempts were due. By hand: ${FIXED_DELAY_MS} ms after a loss. A session that is not resumed begins anew, as the server has forgotten it.`,
    '',
    formatTable(
      ['', 'server', 'back', 'resumed', `most due in ${SLOT_MS} ms`, '50 %', '95 %', '100 %'],
      Object.entries(fleets).map(([name, { listensAt, back, resumed, maxSlotShare, half, p95, last }]) => [
        name,
        listensAt.toFixed(0),
        String(back),
        String(resumed),
        `${(100 * maxSlotShare).toFixed(1)} %`,
        ...[half, p95, last].map((ms) => ms.toFixed(0)),
      ]),
    ),
    '',
    ...Object.entries(fleets).flatMap(([name, arrivals]) => describeHistogram(name, arrivals, connections)),
  ].join('\n');
  return { text, targets: targetsOf(connections, systole), results: { ...flags, slotMs: SLOT_MS, fleets } };
}

export const reconnect: Scenario = {
  summary: 'how a fleet comes back when its server was killed, against a fixed delay by hand',
  flags: describeFlags({
    connections: [DEFAULTS.connections, 'clients'],
    down: [DEFAULTS.down, 'ms from the kill until the server is started again'],
    patience: [DEFAULTS.patience, 'seconds in which all have to be back'],
  }),
  prepare(args) {
    const flags = parseFlags(args, DEFAULTS);
    return () => run(flags);
  },
};
