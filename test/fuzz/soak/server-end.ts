/** Program: the server under attack. Everything that is no part of the pace has its default. */

import { timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Session } from '@systole/core';
import type { Server, TlsServerOptions } from '@systole/server';
import { createServer } from '@systole/server';
import { certificate } from '../../support/certificates.ts';
import { heard, programConfig, say } from '../../support/program.ts';
import { Correspondence } from './correspondence.ts';
import { Gauge } from './gauge.ts';
import { Ledger } from './ledger.ts';
import { LogCount } from './log-count.ts';
import type { FromServer, ServerConfig, Sight, ToServer } from './orders.ts';
import { isLawful } from './orders.ts';
import type { Credentials } from './plan.ts';
import { LAWFUL_HOST, SECRET } from './plan.ts';

const { pace, isWatching, limits } = programConfig<ServerConfig>();
const gauge = new Gauge();
const ledger = new Ledger();
const logger = new LogCount();
const correspondence = new Correspondence(pace.letterEveryMs, Math.random);
const secret = Buffer.from(SECRET);

/** Asynchronous, as a look into a database would be. */
async function authenticate({ credentials }: { readonly credentials: unknown }): Promise<unknown> {
  const { name, secret: given } = (credentials ?? {}) as Partial<Record<keyof Credentials, unknown>>;
  await nextTurn();
  const bytes = Buffer.from(String(given));
  if (bytes.length !== secret.length || !timingSafeEqual(bytes, secret)) return false;
  return String(name);
}

/** What attackers ask for: a result of so many bytes, or that the handler never ends. */
interface Request {
  readonly fill?: number;
  readonly hold?: boolean;
}

function handle(message: unknown, session: Session): unknown {
  if (isLawful({ name: String(session.identity) })) return correspondence.handle(message, session);
  const { fill = 0, hold = false } = message as Request;
  return hold ? new Promise(() => {}) : new Uint8Array(fill);
}

function openDoor(tls?: TlsServerOptions): Server {
  const server = createServer({
    ...limits,
    ...(tls === undefined ? {} : { tls }),
    keepalive: isWatching && pace.keepalive,
    minPingInterval: pace.keepalive.interval,
    handshakeTimeout: pace.handshakeTimeoutMs,
    authenticate,
    onMessage: handle,
    logger,
  });
  server.on('rejected', (event) => ledger.addRejected(event));
  server.on('session', (session) => {
    ledger.follow(session);
    if (isLawful({ name: String(session.identity) })) correspondence.serve(session);
  });
  return server;
}

const server = openDoor();
/** Nobody comes in here: only those do who do not speak TLS. */
const secured = openDoor(certificate('server'));

function look(): Sight {
  const { sessions, parked } = server.inspect();
  const arrivals = server.inspect().arrivals + secured.inspect().arrivals;
  const bytesIn = [...server.sessions].reduce((sum, session) => sum + session.inspect().bytesIn, 0);
  const [{ ends }, { lines }, { letters }] = [ledger, logger, correspondence];
  return { arrivals, sessions, parked, bytesIn, ends, lines, letters, glance: gauge.glance };
}

/** The kernel forgets connections beyond the backlog: none may be lost to the count while a busy machine does not let us run. */
const target = { host: LAWFUL_HOST, port: 0, backlog: 4_096 };
const { port: plain } = await server.listen(target);
const { port: tls } = await secured.listen(target);
say<FromServer>({ type: 'listening', ports: { plain, tls } });
for (;;) {
  const { type } = await heard<ToServer>();
  switch (type) {
    case 'look':
      say<FromServer>({ type: 'sight', sight: look() });
      break;
    case 'weigh':
      say<FromServer>({ type: 'weight', weight: gauge.weigh() });
      break;
    case 'rest':
      void correspondence.rest().then(() => say<FromServer>({ type: 'rested' }));
      break;
    case 'leave':
      await Promise.all([server.close({ spread: 0 }), secured.close()]);
      say<FromServer>({ type: 'left' });
  }
}
