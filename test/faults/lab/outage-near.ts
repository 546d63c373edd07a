/** Program: watches all connections with the default triple, and keeps how long each of them has heard nothing. */

import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import process from 'node:process';
import type { Client } from '@systole/client';
import { attach, CHANNELS } from '@systole/client';
import { LostTime, lostMsWithin } from '../../support/lost-time.ts';
import { programConfig, say, sharedNow } from '../../support/program.ts';
import { Ear } from './ear.ts';
import type { Fate, FromOutageEnd, Manner, OutageEndConfig, ToOutageEnd } from './outage-ends.ts';
import { MEAN_IDLE_MS } from './outage-ends.ts';

interface Watched {
  readonly client: Client;
  readonly ear: Ear;
  readonly port: number;
  readonly manner: Manner;
  end: Fate['end'];
}

const { host, groups } = programConfig<OutageEndConfig>();
const all = new Map<unknown, Watched>();
const lostTime = new LostTime();

/** The socket is ours, so that what is heard is seen by other eyes than those of the watcher. */
async function dial(port: number, manner: Manner): Promise<void> {
  const socket = connectSocket(port, host);
  await once(socket, 'connect');
  const client = attach(socket, { metadata: { ...manner }, onMessage: () => undefined });
  const watched: Watched = { client, ear: new Ear(), port, manner, end: undefined };
  all.set(client, watched);
  socket.on('data', () => watched.ear.hear(sharedNow()));
  client.on('disconnect', ({ cause, evidence }) => {
    watched.end = { cause, evidence, at: sharedNow() };
  });
  await client.ready();
}

/** The first probe is asked for. Its answer is the last that an idle connection hears before the next one becomes due. */
function prepare({ client, manner }: Watched, strikeAt: number): void {
  if (manner.load === 'fresh') return;
  const dueAt = strikeAt + (manner.load === 'idle' ? manner.dueMs : 0);
  setTimeout(() => void client.verify(), dueAt - MEAN_IDLE_MS - sharedNow());
}

function fateOf({ ear, port, manner: { load }, end }: Watched): Fate {
  const silence = end === undefined ? undefined : { from: end.at - (end.evidence.silenceMs ?? 0), to: end.at };
  const lostMs = silence === undefined ? 0 : lostMsWithin(lostTime.gaps, silence);
  return { port, load, end, lostMs, ...ear.longestUntil(end?.at ?? sharedNow()) };
}

subscribe(CHANNELS.probe, (payload) => all.get((payload as { session: unknown }).session)?.ear.ask(sharedNow()));
process.on('message', (order: ToOutageEnd) => {
  if (order.type === 'prepare') for (const watched of all.values()) prepare(watched, order.strikeAt);
  else say<FromOutageEnd>({ type: 'report', fates: [...all.values()].map(fateOf) });
});
await Promise.all(groups.flatMap(({ port, manners }) => manners.map((manner) => dial(port, manner))));
say<FromOutageEnd>({ type: 'connected' });
