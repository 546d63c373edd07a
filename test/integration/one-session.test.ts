// oneSessionPerIdentity: a new session of an identity ends the one that it has.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ServerOptions, Session } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import {
  endOf,
  namesOf,
  nextSession,
  optionsFor,
  payloadOf,
  record,
  startClient,
  startServer,
} from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';
import { knock, lose, openResumable } from '../support/resuming.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const OPTIONS: ServerOptions = {
  keepalive: false,
  oneSessionPerIdentity: true,
  authenticate: ({ credentials }) => credentials,
};

describe('a new session of an identity that has one', () => {
  it('ends that one: CLOSE superseded of the session with the boot id of the winner, then disconnect and end', async () => {
    const server = await startServer(OPTIONS);
    const arrival = nextSession(server);
    const { peer } = await openResumable(server, { credentials: 'ann', boot: 'one' });
    const { session, tape } = await arrival;
    const other = await openResumable(server, { credentials: 'eve' });
    const { ticket } = await openResumable(server, { credentials: 'ann', boot: 'two' });
    expect(await peer.next('close')).toMatchObject({ code: 'superseded', scope: 'session', reason: 'two' });
    await peer.closed();
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'superseded', evidence: { detail: 'two' } });
    expect(payloadOf(tape, 'end').cause).toBe('superseded');
    expect(session.inspect().state).toBe('ended');
    expect([...server.sessions].map(({ id }) => id)).toEqual([other.ticket.session, ticket.session]);
    expect(server.inspect()).toMatchObject({ sessions: 2, parked: 0, accepted: 3, rejected: 0 });
  });

  it('ends that one before its own WELCOME is sent, and before its own event session', async () => {
    const server = await startServer(OPTIONS);
    const told: string[] = [];
    server.on('session', (session) => {
      told.push('session');
      session.on('end', () => told.push('end'));
    });
    await openResumable(server, { credentials: 'ann' });
    await openResumable(server, { credentials: 'ann' });
    expect(told).toEqual(['session', 'end', 'session']);
  });

  it('ends that one also where it is parked, and its client gets another session when it comes back', async () => {
    const server = await startServer(OPTIONS);
    const arrival = nextSession(server);
    const { peer, ticket } = await openResumable(server, { credentials: 'ann', boot: 'one' });
    const { session, tape } = await arrival;
    await lose(peer, session);
    expect(server.inspect()).toMatchObject({ sessions: 0, parked: 1 });
    await openResumable(server, { credentials: 'ann', boot: 'two' });
    expect(payloadOf(tape, 'end')).toMatchObject({ cause: 'superseded', evidence: { detail: 'two' } });
    expect(server.inspect()).toMatchObject({ sessions: 1, parked: 0 });
    const late = await openResumable(server, { ...ticket, credentials: 'ann', boot: 'one', epoch: 2 });
    expect(late.ticket.session).not.toBe(ticket.session);
  });

  it('is none where a client comes back to its session, connected or parked: 3 connections of 1 session', async () => {
    const server = await startServer(OPTIONS);
    const arrival = nextSession(server);
    const first = await openResumable(server, { credentials: 'ann' });
    const { session, tape } = await arrival;
    const second = await openResumable(server, { ...first.ticket, credentials: 'ann', epoch: 2 });
    await lose(second.peer, session);
    const third = await openResumable(server, { ...second.ticket, credentials: 'ann', epoch: 3 });
    expect(third.ticket.session).toBe(session.id);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'connect', 'disconnect', 'connect']);
    expect([...server.sessions]).toEqual([session]);
  });

  it('hands back what that one has not acknowledged: in doubt what was sent, closed what was not', async () => {
    const server = await startServer(OPTIONS);
    const arrival = nextSession(server);
    const { peer } = await openResumable(server, { credentials: 'ann', credit: 500 });
    const { session } = await arrival;
    const codeOf = ({ code }: { readonly code: string }): string => code;
    const sent = session.send('sent').catch(codeOf);
    const waits = session.send('x'.repeat(1_000)).catch(codeOf);
    await peer.next('data');
    await openResumable(server, { credentials: 'ann' });
    expect(await Promise.all([sent, waits])).toEqual(['ERR_IN_DOUBT', 'ERR_CLOSED']);
  });

  it('disturbs nobody whose identity is of another type: 1, the text 1 and an object with the id 2', async () => {
    const server = await startServer(OPTIONS);
    for (const credentials of [1, '1', { id: 2 }]) await openResumable(server, { credentials });
    expect(server.inspect().sessions).toBe(3);
    await openResumable(server, { credentials: 2 });
    expect(server.inspect().sessions).toBe(3);
    expect([...server.sessions].map(({ identity }) => identity)).toEqual([1, '1', 2]);
  });

  it('ends nothing that has ended by itself, 100 times over: 1 session is left of each of 2 identities', async () => {
    const server = await startServer(OPTIONS);
    await openResumable(server, { credentials: 'eve' });
    for (let count = 0; count < 100; count += 1) {
      const arrival = nextSession(server);
      await openResumable(server, { credentials: 'ann' });
      const { session } = await arrival;
      if (count % 2 === 0) session.destroy();
    }
    expect([...server.sessions].map(({ identity }) => identity)).toEqual(['eve', 'ann']);
    expect(server.inspect()).toMatchObject({ sessions: 2, parked: 0 });
  });

  it('is found by the next one also where the one that it has ended is destroyed once more', async () => {
    const server = await startServer(OPTIONS);
    const arrival = nextSession(server);
    await openResumable(server, { credentials: 'ann' });
    const { session: first } = await arrival;
    const { peer: second } = await openResumable(server, { credentials: 'ann' });
    first.destroy();
    const { ticket } = await openResumable(server, { credentials: 'ann' });
    expect(await second.next('close')).toMatchObject({ code: 'superseded' });
    expect([...server.sessions].map(({ id }) => id)).toEqual([ticket.session]);
  });

  it('finds nothing of those that have ended: of 50 identities, no session is kept in memory', async () => {
    const server = await startServer(OPTIONS);
    const ended: WeakRef<Session>[] = [];
    const comeAndGo = async (credentials: string): Promise<void> => {
      const arrival = server.next('session');
      await openResumable(server, { credentials });
      const session = await arrival;
      session.destroy();
      ended.push(new WeakRef(session));
    };
    for (let count = 0; count < 50; count += 1) await comeAndGo(`peer ${count}`);
    await nextTurn(); // what was looked at in a turn is kept until its end
    collectGarbage();
    // The last ones may still be on some stack or in some cache.
    expect(ended.filter((session) => session.deref() !== undefined).length).toBeLessThan(5);
  });

  it('is turned away where a listener of that one closes the server: no session is left', async () => {
    const server = await startServer(OPTIONS);
    const arrival = nextSession(server);
    await openResumable(server, { credentials: 'ann' });
    const { session } = await arrival;
    session.once('disconnect', () => void server.close());
    const next = await knock(server, { credentials: 'ann' });
    await next.closed();
    expect(next.frames.items).toEqual([]);
    await server.close();
    expect(server.inspect()).toMatchObject({ state: 'closed', sessions: 0, parked: 0 });
  });

  it('leaves several sessions alone where it is not asked for, which is the default', async () => {
    const server = await startServer({ ...OPTIONS, oneSessionPerIdentity: false });
    await openResumable(server, { credentials: 'ann' });
    await openResumable(server, { credentials: 'ann' });
    expect(server.inspect().sessions).toBe(2);
  });
});

describe('an identity that cannot be compared', () => {
  it.each([{ identity: true }, { identity: null }, { identity: { name: 'ann' } }, { identity: undefined }])(
    'is our failure with oneSessionPerIdentity, told in the log: $identity',
    async ({ identity }) => {
      const logger = new LogTape();
      const server = await startServer({ ...OPTIONS, authenticate: () => identity, logger });
      const peer = await knock(server, {});
      expect(await peer.next('close')).toMatchObject({
        code: 'going-away',
        reason: 'the server cannot judge peers now',
      });
      const { fields } = await logger.tape.first(({ level }) => level === 'error');
      expect(String(fields['err'])).toBe(
        'TypeError: with oneSessionPerIdentity, authenticate must return a string, a number, or an object with such an id, to be compared',
      );
      expect(server.inspect()).toMatchObject({ sessions: 0, accepted: 0, rejected: 1 });
    },
  );
});

describe('a client whose session another one of its identity has replaced', () => {
  it('ends with superseded, and does not come back to fight: 2 clients, also of one process', async () => {
    const server = await startServer(OPTIONS);
    const options = { ...optionsFor(server.address), keepalive: false, credentials: 'ann' } as const;
    const clock = new ManualClock();
    const older = startClient({ ...options, clock, reconnect: { base: 1, cap: 1 } });
    const tape = record(older);
    await older.ready();
    const newer = startClient(options);
    await newer.ready();
    expect((await endOf(tape)).cause).toBe('superseded');
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    clock.advance(3_600_000);
    expect(newer.inspect().state).toBe('open');
    expect(server.inspect()).toMatchObject({ sessions: 1, accepted: 2 });
  });

  it('hands back what it had sent as in doubt', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, keepalive: false, reconnect: { base: 1, cap: 1 } });
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't', resume: 60_000 })));
    const sent = client.send('sent').catch(({ code }: { readonly code: string }) => code);
    await peer.next('data');
    const nothing = { lastAccepted: 0, retryAfterMs: 0, spreadMs: 0 };
    peer.send({ type: 'close', scope: 'session', code: 'superseded', reason: 'another process', ...nothing });
    expect(await sent).toBe('ERR_IN_DOUBT');
    await expect(client.ready()).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  });
});
