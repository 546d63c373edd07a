/** The container as a seam: the three methods of a tsyringe container that we call, so that we need not load tsyringe. */

import type { Token } from './tokens.ts';

/** Makes what is resolved; `asking` is the container that was asked, be it the one of the registration or a child of it. */
export interface FactoryProvider<T> {
  /** Called each time that the token is resolved. */
  readonly useFactory: (asking: Container) => T;
}

/** A `DependencyContainer` of tsyringe fits. */
export interface Container {
  /** Whether something is registered here, or, if `recursive`, in a parent. */
  isRegistered(token: symbol, recursive?: boolean): boolean;
  /** The newest registration of a token counts. */
  register<T>(token: Token<T>, provider: FactoryProvider<T>): unknown;
  /** Throws for a token that is registered neither here nor in a parent. */
  resolve<T>(token: Token<T>): T;
}
