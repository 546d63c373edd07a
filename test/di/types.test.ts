/** Checked by `npm run typecheck`: at run time these expectations do nothing. */

import type { Client, ClientOptions } from '@systole/client';
import type { CLIENT, CLIENT_OPTIONS } from '@systole/client/di';
import { registerClient } from '@systole/client/di';
import type { Clock, Codec, Logger } from '@systole/core';
import type { Server, ServerOptions } from '@systole/server';
import type { Container, RANDOM, SERVER, SERVER_OPTIONS, Token } from '@systole/server/di';
import { CLOCK, CODEC, LOGGER, registerServer } from '@systole/server/di';
import { ManualClock } from '@systole/testing';
import type { DependencyContainer } from 'tsyringe';
import { describe, expectTypeOf, it } from 'vitest';

/** Never called: its mistakes are for the compiler. */
export function mistakes(container: DependencyContainer): void {
  // @ts-expect-error a number is no clock
  container.register(CLOCK, { useValue: 5 });
  // @ts-expect-error half a clock is no clock
  container.register(CLOCK, { useValue: { now: () => 5 } });
  // @ts-expect-error a factory that makes no clock
  container.register(CLOCK, { useFactory: () => new Date() });
  // @ts-expect-error a class whose instances are no codecs
  container.register(CODEC, { useClass: ManualClock });
  // @ts-expect-error an instance that is no logger
  container.registerInstance(LOGGER, new ManualClock());
  // @ts-expect-error what is resolved is a clock
  const codec: Codec = container.resolve(CLOCK);
  // @ts-expect-error one token does not stand in for another
  const token: Token<Codec> = CLOCK;
  // @ts-expect-error a token is a name, not a class
  new CLOCK();
  // @ts-expect-error there is no such option
  registerServer(container, { keepAlive: false });
  // @ts-expect-error an option of another kind
  registerClient(container, { port: '4000' });
  // @ts-expect-error a map is no container
  registerServer(new Map());
  void [codec, token];
}

/** Never called either: what must compile. */
export function rights(container: DependencyContainer, logger: Logger): void {
  container.register(CLOCK, { useClass: ManualClock }).register(LOGGER, { useValue: logger });
  container.register(CODEC, { useFactory: (asking) => asking.resolve<Codec>('mine') });
}

describe('the types of tokens', () => {
  it('tell tsyringe what each of the 8 resolves to', () => {
    const resolve = <T>(_token: Token<T>, container: DependencyContainer) => container.resolve(_token);
    type Resolved<Of> = Of extends Token<infer T> ? T : never;
    expectTypeOf(resolve<Clock>).returns.toEqualTypeOf<Clock>();
    expectTypeOf<Resolved<typeof CLOCK>>().toEqualTypeOf<Clock>();
    expectTypeOf<Resolved<typeof CODEC>>().toEqualTypeOf<Codec>();
    expectTypeOf<Resolved<typeof LOGGER>>().toEqualTypeOf<Logger>();
    expectTypeOf<Resolved<typeof RANDOM>>().toEqualTypeOf<() => number>();
    expectTypeOf<Resolved<typeof SERVER>>().toEqualTypeOf<Server>();
    expectTypeOf<Resolved<typeof SERVER_OPTIONS>>().toEqualTypeOf<ServerOptions>();
    expectTypeOf<Resolved<typeof CLIENT>>().toEqualTypeOf<Client>();
    expectTypeOf<Resolved<typeof CLIENT_OPTIONS>>().toEqualTypeOf<ClientOptions>();
  });

  it('accept a container of tsyringe, and ask for no more than 3 methods of it', () => {
    expectTypeOf<DependencyContainer>().toExtend<Container>();
    expectTypeOf<keyof Container>().toEqualTypeOf<'isRegistered' | 'register' | 'resolve'>();
  });
});
