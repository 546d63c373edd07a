/** What the types of payloads, errors and options tell whoever asks. Checked by `npm run typecheck`: at run time these expectations do nothing. */

import type {
  Cause,
  Client,
  ConnectEvent,
  DisconnectEvent,
  ErrorCode,
  EventOf,
  Evidence,
  Session,
  SessionEvents,
  Verdict,
} from '@systole/client';
import { attach, connect, NotHandledError, OptionsError, SystoleError } from '@systole/client';
import type { RejectedEvent, Server, TcpAddress, UnixAddress } from '@systole/server';
import { createServer } from '@systole/server';
import type { WatchEvents } from '@systole/watch';
import { WATCH_CHANNELS } from '@systole/watch';
import { describe, expectTypeOf, it } from 'vitest';

/** Never called: its mistakes are for the compiler. */
export function mistakes(client: Client, server: Server): void {
  // @ts-expect-error nowhere to connect to
  connect({});
  // @ts-expect-error a host without a port
  connect({ host: 'example.org', keepalive: 'lan' });
  // @ts-expect-error a port is a number
  connect({ port: '4711' });
  // @ts-expect-error a misspelt option
  connect({ port: 4711, keepAlive: 'lan' });
  // @ts-expect-error a preset that does not exist
  connect({ port: 4711, keepalive: 'wan' });
  // @ts-expect-error a misspelt part of a triple
  connect({ port: 4711, keepalive: { idel: '20s' } });
  // @ts-expect-error a unit that does not exist
  connect({ port: 4711, keepalive: { idle: '20 seconds' } });
  // @ts-expect-error a client's option
  createServer({ reconnect: false });
  // @ts-expect-error what the server decides itself
  createServer({ tls: { handshakeTimeout: 1_000 } });
  // @ts-expect-error neither a port nor a path
  void server.listen({ host: '127.0.0.1' });
  // @ts-expect-error a status that does not exist
  createServer({ health: () => 'fine' });
  // @ts-expect-error an eof is no verdict
  client.on('dead', ({ cause }) => cause === 'eof');
  // @ts-expect-error nobody knows what a peer returns before it has been looked at
  void client.send('question').then((answer) => answer.text);
}

/** Whether TypeScript sees that all causes have been dealt with. */
function exhausted(nothing: never): never {
  throw new Error(String(nothing));
}

describe('the types of payloads', () => {
  it('tell 2 events of one iterator apart by their type', () => {
    async function read(client: Client): Promise<void> {
      for await (const { type, payload } of client.events(['connect', 'disconnect'])) {
        if (type === 'connect') expectTypeOf(payload).toEqualTypeOf<ConnectEvent>();
        else expectTypeOf(payload).toEqualTypeOf<DisconnectEvent>();
      }
      const { value } = await client.events(['connect', 'end']).next();
      expectTypeOf(value).toEqualTypeOf<EventOf<SessionEvents, 'connect' | 'end'> | undefined>();
    }
    expectTypeOf(read).returns.toEqualTypeOf<Promise<void>>();
  });

  it('leave dead 3 causes of the 21', () => {
    expectTypeOf<SessionEvents['dead']['cause']>().toEqualTypeOf<'silent' | 'write-stalled' | 'app-stalled'>();
    expectTypeOf<Verdict>().toExtend<Cause>();
    expectTypeOf<SessionEvents['dead']>().toExtend<SessionEvents['disconnect']>();
    expectTypeOf<WatchEvents['dead']['cause']>().toEqualTypeOf<Verdict>();
  });

  it('have a verdict dealt with in 3 cases, and a health in 3', () => {
    function advise({ cause }: SessionEvents['dead'], { status }: SessionEvents['health']): string {
      switch (status) {
        case 'ok':
        case 'degraded':
        case 'failing':
          break;
        default:
          return exhausted(status);
      }
      switch (cause) {
        case 'silent':
          return 'it is gone';
        case 'write-stalled':
          return 'it does not read';
        case 'app-stalled':
          return 'it does not work';
        default:
          return exhausted(cause);
      }
    }
    expectTypeOf(advise).returns.toBeString();
  });

  it('have the same 2 fields of evidence wherever something has ended', () => {
    type Ends = SessionEvents['disconnect'] | SessionEvents['end'] | SessionEvents['reconnecting'] | RejectedEvent;
    expectTypeOf<Pick<Ends, 'cause' | 'evidence'>>().toEqualTypeOf<{
      readonly cause: Cause;
      readonly evidence: Evidence;
    }>();
    expectTypeOf<Evidence['hint']>().toEqualTypeOf<'crash' | 'idle-cut' | undefined>();
  });
});

describe('the types of errors', () => {
  it('give each of the 2 subclasses its one code, and the class all of them', () => {
    expectTypeOf<SystoleError['code']>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<NotHandledError['code']>().toEqualTypeOf<'ERR_NOT_HANDLED'>();
    expectTypeOf<OptionsError['code']>().toEqualTypeOf<'ERR_OPTIONS'>();
  });

  it('show the fields of the 2 subclasses once one has asked which it is', () => {
    function read(error: unknown): string {
      if (error instanceof NotHandledError) return error.peerCode;
      if (error instanceof OptionsError) return error.problems.map(({ path }) => path).join();
      if (error instanceof SystoleError) return `${error.code} ${error.fault}`;
      throw error;
    }
    function readCode(error: NotHandledError | OptionsError): string {
      return error.code === 'ERR_NOT_HANDLED' ? error.peerCode : error.problems.join();
    }
    expectTypeOf(read).returns.toBeString();
    expectTypeOf(readCode).returns.toBeString();
  });
});

describe('the types of places', () => {
  it('are 3 for a client, and 2 for a server, which says at which of them it listens', () => {
    expectTypeOf(connect).toBeCallableWith({ port: 4711 });
    expectTypeOf(connect).toBeCallableWith({ path: '/run/systole.sock' });
    expectTypeOf(connect).toBeCallableWith({ addresses: [{ port: 4711 }, { path: '/run/systole.sock' }] });
    expectTypeOf<Server['address']>().toEqualTypeOf<TcpAddress | UnixAddress | undefined>();
    const listen = (server: Server) => [server.listen(0), server.listen({ path: '/run/systole.sock' })] as const;
    expectTypeOf(listen).returns.toEqualTypeOf<readonly [Promise<TcpAddress>, Promise<UnixAddress>]>();
    expectTypeOf(attach).returns.toEqualTypeOf<Client>();
  });
});

describe('the types of channels and snapshots', () => {
  it('name the 7 channels of a watch, and 5 states of a session', () => {
    expectTypeOf(WATCH_CHANNELS.dead).toEqualTypeOf<'systole:watch:dead'>();
    expectTypeOf<keyof typeof WATCH_CHANNELS>().toEqualTypeOf<
      'connect' | 'probe' | 'suspect' | 'alive' | 'idle' | 'dead' | 'disconnect'
    >();
    expectTypeOf<ReturnType<Session['inspect']>['state']>().toEqualTypeOf<
      'connecting' | 'open' | 'closing' | 'waiting' | 'ended'
    >();
  });
});
