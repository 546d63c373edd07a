/** Checked by `npm run typecheck`: at run time these expectations do nothing. */

import type { Client, ClientEvents, DisconnectEvent, EventOf, Session, SessionEvents } from '@systole/client';
import type { ConnectEvent, RejectedEvent, Server, ServerEvents, Stall } from '@systole/server';
import { describe, expectTypeOf, it } from 'vitest';

type Names<Emitter> = Emitter extends { once(name: infer Name, listener: never): unknown } ? Name : never;

/** Never called: its mistakes are for the compiler. */
export function mistakes(session: Session, client: Client, server: Server): void {
  // @ts-expect-error a misspelt name
  session.on('disconnected', () => {});
  // @ts-expect-error a field that is not there
  session.on('disconnect', ({ reason }) => reason);
  // @ts-expect-error a field of another event
  session.once('suspect', ({ cause }) => cause);
  // @ts-expect-error there is no 'error': what a peer does never ends the process
  session.on('error', () => {});
  // @ts-expect-error there is no 'error' of a client either
  client.on('error', () => {});
  // @ts-expect-error nor of a server
  server.on('error', () => {});
  // @ts-expect-error a server has sessions; connect is theirs
  server.on('connect', () => {});
  // @ts-expect-error a listener takes one payload
  server.on('session', (_session, _more) => {});
  // @ts-expect-error a cause that does not exist
  session.on('end', ({ cause }) => cause === 'timeout');
  // @ts-expect-error a session does not hear of stalls: the client and the server do
  void session.next('stall');
  // @ts-expect-error a misspelt name among good ones
  void client.events(['connect', 'disconect']);
  // @ts-expect-error a payload cannot be written to
  session.on('connect', (event) => (event.epoch = 1));
  // @ts-expect-error nobody but the session itself tells events
  session.emit('drain', {});
}

describe('the types of events', () => {
  it('have names of their own at both ends, and are told apart by 1 field in an iterator', () => {
    expectTypeOf<SessionEvents['disconnect']>().toEqualTypeOf<DisconnectEvent>();
    expectTypeOf<SessionEvents['connect']>().toEqualTypeOf<ConnectEvent>();
    const read = (event: EventOf<ClientEvents, 'connect' | 'disconnect'>): boolean | string =>
      event.type === 'connect' ? event.payload.resumed : event.payload.cause;
    expectTypeOf(read).returns.toEqualTypeOf<boolean | string>();
  });

  it('name 10 events of a session, 11 of a client and 4 of a server', () => {
    expectTypeOf<keyof SessionEvents>().toEqualTypeOf<
      | 'connect'
      | 'suspect'
      | 'alive'
      | 'health'
      | 'appStalled'
      | 'dead'
      | 'disconnect'
      | 'reconnecting'
      | 'drain'
      | 'end'
    >();
    expectTypeOf<keyof ClientEvents>().toEqualTypeOf<keyof SessionEvents | 'stall'>();
    expectTypeOf<keyof ServerEvents>().toEqualTypeOf<'session' | 'rejected' | 'evicted' | 'stall'>();
    expectTypeOf<Names<Session>>().toEqualTypeOf<keyof SessionEvents>();
    expectTypeOf<Names<Client>>().toEqualTypeOf<keyof ClientEvents>();
    expectTypeOf<Names<Server>>().toEqualTypeOf<keyof ServerEvents>();
  });

  it('give each listener the payload of its event', () => {
    expectTypeOf<ServerEvents['session']>().toEqualTypeOf<Session>();
    expectTypeOf<ServerEvents['rejected']>().toEqualTypeOf<RejectedEvent>();
    expectTypeOf<ClientEvents['stall']>().toEqualTypeOf<Stall>();
    expectTypeOf<SessionEvents['connect']['boundMs']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<SessionEvents['reconnecting']['attempt']>().toEqualTypeOf<number>();
  });

  it('give next() the payload, and events() what it was and the payload', () => {
    type Next = ReturnType<typeof next>;
    type All = ReturnType<typeof all>;
    const next = (client: Client) => client.next('dead');
    const all = (client: Client) => client.events(['connect', 'end']);
    expectTypeOf<Next>().toEqualTypeOf<Promise<SessionEvents['dead']>>();
    expectTypeOf<All>().toExtend<
      AsyncIterableIterator<
        | { readonly type: 'connect'; readonly payload: SessionEvents['connect'] }
        | { readonly type: 'end'; readonly payload: SessionEvents['end'] }
      >
    >();
  });

  it('let a client be used where a session is asked for', () => {
    expectTypeOf<Client>().toExtend<
      Pick<Session, 'send' | 'close' | 'destroy' | 'inspect' | 'id' | 'epoch' | 'peer'>
    >();
  });
});
