import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import { nextSession, optionsFor, startClient, startPair, startServer } from '../support/pair.ts';
import { lose, openResumable } from '../support/resuming.ts';

/** Of each line with this message, these fields. */
function fieldsOf(log: LogTape, message: string, ...names: readonly string[]): unknown[][] {
  return log.tape.all((line) => line.message === message).map(({ fields }) => names.map((name) => fields[name]));
}

describe('a line of the log', () => {
  it('names the address of its own connection, also behind a resume: epochs 1 and 2 have two', async () => {
    const logger = new LogTape();
    const server = await startServer({ logger });
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server);
    const { session } = await arrival;
    const first = session.address;
    await lose(peer, session);
    const again = session.next('connect');
    await openResumable(server, { ...ticket, epoch: 2 });
    await again;
    expect(session.address).not.toBe(first);
    expect(fieldsOf(logger, 'connected', 'session', 'address', 'epoch')).toEqual([
      [session.id, first, 1],
      [session.id, session.address, 2],
    ]);
  });

  it('names the session that there is: behind a restart of the server both logs name the new one', async () => {
    const clientLog = new LogTape();
    const { server, client, session } = await startPair({
      client: { logger: clientLog, reconnect: { base: 10, cap: 10 } },
    });
    const { address } = server;
    const again = client.next('connect');
    await server.close();
    const serverLog = new LogTape();
    const arrival = nextSession(await startServer({ logger: serverLog }, address));
    const [{ session: next }] = await Promise.all([arrival, again]);
    expect(fieldsOf(clientLog, 'connected', 'session')).toEqual([[session.id], [next.id]]);
    expect(fieldsOf(serverLog, 'connected', 'session')).toEqual([[next.id]]);
  });

  it('tells at debug where a client dials to, and for how long a session is kept', async () => {
    const logger = new LogTape();
    const server = await startServer({ logger, resumeWindow: '10s' });
    const arrival = nextSession(server);
    const client = startClient({ ...optionsFor(server.address), logger });
    await client.ready();
    await client.close();
    expect(fieldsOf(logger, 'dialling', 'target', 'role')).toEqual([[client.address, 'client']]);
    await arrival;
    const next = nextSession(server);
    const { peer } = await openResumable(server);
    const { session } = await next;
    await lose(peer, session);
    expect(fieldsOf(logger, 'session waits for its client', 'session', 'windowMs')).toEqual([[session.id, 10_000]]);
  });

  it('says whose it is where 1 logger serves both ends', async () => {
    const logger = new LogTape();
    const server = await startServer({ logger });
    const client = startClient({ ...optionsFor(server.address), logger });
    await client.ready();
    await client.close();
    await server.close();
    const roles = logger.tape.items.map(({ fields, message }) => `${String(fields['role'])}: ${message}`);
    expect(roles.toSorted()).toEqual([
      'client: connected',
      'client: dialling',
      'client: disconnected',
      'client: session ended',
      'server: closed',
      'server: connected',
      'server: disconnected',
      'server: listening',
      'server: session ended',
    ]);
  });
});

describe('a message that the handler does not handle', () => {
  it('is logged where the handler runs, with the error and its stack, be it sent or posted', async () => {
    const logger = new LogTape();
    const bug = new Error('sensor is off');
    const { client } = await startPair({
      server: {
        logger,
        onMessage: () => {
          throw bug;
        },
      },
    });
    client.post('nobody hears of it at this end');
    await logger.tape.first(({ message }) => message === 'message not handled');
    const [line] = logger.tape.all(({ message }) => message === 'message not handled');
    expect(line).toMatchObject({ level: 'warn', fields: { code: 'failed', count: 1, address: expect.any(String) } });
    expect(line?.fields['err']).toBe(bug);
  });

  it('takes at most one line a second, however many come: 1 and 99 of 100', async () => {
    const logger = new LogTape();
    const { client } = await startPair({ server: { logger } });
    for (let sent = 0; sent < 99; sent += 1) client.post(sent);
    await client.send('last').catch(() => {});
    await client.close();
    await logger.tape.first(({ message }) => message === 'session ended');
    const counts = fieldsOf(logger, 'message not handled', 'code', 'count');
    expect(counts.every(([code]) => code === 'no-handler')).toBe(true);
    expect(counts[0]).toEqual(['no-handler', 1]);
    expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(100);
    expect(counts.length).toBeLessThan(10);
  });

  it('is no warning where it needs no bug of ours, as anybody who connects can send it: 0 lines above debug', async () => {
    const logger = new LogTape();
    const { client } = await startPair({ server: { logger } });
    await client.send('to a server without a handler').catch(() => {});
    await client.close();
    await logger.tape.first(({ message }) => message === 'session ended');
    const lines = logger.tape.all(({ message }) => message === 'message not handled');
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
  });
});
