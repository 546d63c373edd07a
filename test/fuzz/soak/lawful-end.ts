/** Program: the lawful peers. Each keeps its one connection, exchanges letters, and minds its own business. */

import type { Client } from '@systole/client';
import { connect } from '@systole/client';
import type { Session } from '@systole/core';
import { heard, programConfig, say } from '../../support/program.ts';
import { Correspondence } from './correspondence.ts';
import { Gauge } from './gauge.ts';
import type { FromLawful, LawfulConfig, Mood, ToLawful } from './orders.ts';
import { LAWFUL_HOST, SECRET } from './plan.ts';
import { roundTripsOf } from './round-trips.ts';

/** So many handshakes at a time: no storm of our own. */
const AT_ONCE = 50;

const { port, count, pace } = programConfig<LawfulConfig>();
const gauge = new Gauge();
const correspondence = new Correspondence(pace.letterEveryMs, Math.random);
const troubles: Record<string, number> = {};
let suspicions = 0;
let isLeaving = false;

function note(name: string, cause: string): void {
  if (isLeaving) return;
  troubles[`${name}: ${cause}`] = (troubles[`${name}: ${cause}`] ?? 0) + 1;
}

function connectOne(number: number): Client {
  const client = connect({
    host: LAWFUL_HOST,
    port,
    keepalive: pace.keepalive,
    minPingInterval: pace.keepalive.interval,
    reconnect: false,
    credentials: { name: `lawful ${number}`, secret: SECRET },
    onMessage: (message, session) => correspondence.handle(message, session),
  });
  client.on('dead', ({ cause }) => note('dead', cause));
  client.on('disconnect', ({ cause }) => note('disconnect', cause));
  client.on('suspect', () => {
    suspicions += 1;
  });
  return client;
}

const clients: Client[] = [];
while (clients.length < count) {
  const group = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, (_, index) =>
    connectOne(clients.length + index),
  );
  await Promise.all(group.map((client) => client.ready()));
  clients.push(...group);
}
// A session of a client is a session, with one more event.
for (const client of clients) correspondence.serve(client as Session);

function look(): Mood {
  const roundTrips = roundTripsOf(correspondence.takeRoundTrips());
  const { glance } = gauge;
  gauge.beginAnew();
  return { letters: correspondence.letters, troubles, suspicions, roundTrips, glance };
}

say<FromLawful>({ type: 'connected', sessions: clients.map(({ id }) => id) });
for (;;) {
  const { type } = await heard<ToLawful>();
  switch (type) {
    case 'look':
      say<FromLawful>({ type: 'mood', mood: look() });
      break;
    case 'rest':
      void correspondence.rest().then(() => say<FromLawful>({ type: 'rested' }));
      break;
    case 'leave':
      isLeaving = true;
      await Promise.all(clients.map((client) => client.close()));
      say<FromLawful>({ type: 'left' });
  }
}
