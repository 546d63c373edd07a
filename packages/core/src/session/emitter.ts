/** Typed events: unknown names and wrong payloads are compile errors, and a listener that throws stops nothing. */

import { SystoleError } from '../words/errors.ts';
import type { EventIterator } from './feed.ts';
import { Feed } from './feed.ts';

/** An event as {@link TypedEvents.events} yields it: its name, and the payload that goes with it. */
export type EventOf<Events, Name extends keyof Events> = {
  readonly [N in Name]: { readonly type: N; readonly payload: Events[N] };
}[Name];

/** Options of waiting for events. */
export interface WaitOptions {
  /** Stops the waiting, with `ERR_ABORTED`. Default: none. */
  readonly signal?: AbortSignal;
}

/** Listening to the events of a map from name to payload. */
export interface TypedEvents<Events> {
  /** Calls the listener at each event of this name. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): this;
  /** Calls the listener at the next event of this name only. */
  once<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): this;
  /** Stops calling the listener. */
  off<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): this;
  /** How many listeners an event has. */
  listenerCount(name: keyof Events): number;
  /**
   * The payload of the next event of this name.
   *
   * Rejects with `ERR_ABORTED`, or with `ERR_CLOSED` once no event can come any more.
   */
  next<Name extends keyof Events>(name: Name, options?: WaitOptions): Promise<Events[Name]>;
  /**
   * All coming events of these names, each as `{ type, payload }`: `switch (event.type)` tells their payloads apart. Ends when no event can come any more; throws `ERR_ABORTED`, or `ERR_EVENTS_OVERFLOW`
   * when 1,024 events wait for a consumer that does not take them.
   */
  events<Name extends keyof Events>(
    names: readonly Name[],
    options?: WaitOptions,
  ): EventIterator<EventOf<Events, Name>>;
}

type Listener = (payload: unknown) => void;

interface Entry {
  readonly listener: Listener;
  readonly isOnce: boolean;
}

/**
 * Emits the events of a map from name to payload. There is no `'error'` event: what a peer does never ends the process.
 * An error thrown by a listener surfaces as an uncaught exception, after the other listeners have heard.
 */
export class Emitter<Events extends object> implements TypedEvents<Events> {
  // Made when somebody first listens: most sessions of a server are watched through the server.
  #listeners: Map<keyof Events, readonly Entry[]> | undefined;
  #finishers: Set<() => void> | undefined;
  #finished = false;
  /** While an event is told: what is to be told after it. */
  #untold: (() => void)[] | undefined;

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): this {
    return this.#add(name, { listener: listener as Listener, isOnce: false });
  }

  once<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): this {
    return this.#add(name, { listener: listener as Listener, isOnce: true });
  }

  off<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): this {
    const entry = this.#listeners?.get(name)?.findLast((given) => given.listener === listener);
    if (entry !== undefined) this.#remove(name, entry);
    return this;
  }

  /** A new list each time: one that is being told keeps its members. */
  #add(name: keyof Events, entry: Entry): this {
    this.#listeners ??= new Map();
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), entry]);
    return this;
  }

  /** False if it has been removed already. */
  #remove(name: keyof Events, entry: Entry): boolean {
    const list = this.#listeners?.get(name) ?? [];
    const others = list.filter((other) => other !== entry);
    if (others.length === 0) this.#listeners?.delete(name);
    else this.#listeners?.set(name, others);
    return others.length < list.length;
  }

  listenerCount(name: keyof Events): number {
    return this.#listeners?.get(name)?.length ?? 0;
  }

  async next<Name extends keyof Events>(name: Name, options: WaitOptions = {}): Promise<Events[Name]> {
    const events = this.events([name], options);
    try {
      const { value, done } = await events.next();
      if (done === true) throw new SystoleError('ERR_CLOSED', `no '${String(name)}' can come any more`);
      return value.payload;
    } finally {
      await events.return();
    }
  }

  events<Name extends keyof Events>(
    names: readonly Name[],
    { signal }: WaitOptions = {},
  ): EventIterator<EventOf<Events, Name>> {
    const feed = new Feed<EventOf<Events, Name>>();
    const listeners = names.map((type) => {
      const listener = (payload: Events[Name]): void => feed.push({ type, payload } as EventOf<Events, Name>);
      this.on(type, listener);
      return { type, listener };
    });
    const abort = (): void =>
      feed.fail(new SystoleError('ERR_ABORTED', 'the wait was aborted', { cause: signal?.reason }));
    const finish = (): void => feed.finish();
    feed.onStop = () => {
      for (const { type, listener } of listeners) this.off(type, listener);
      signal?.removeEventListener('abort', abort);
      this.#finishers?.delete(finish);
    };
    if (signal?.aborted === true) abort();
    else if (this.#finished) finish();
    else {
      signal?.addEventListener('abort', abort);
      this.#finishers ??= new Set();
      this.#finishers.add(finish);
    }
    return feed;
  }

  /** Tells the listeners. */
  protected emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    if (this.#listeners === undefined) return;
    this.#inOrder(() => this.#tell(name, payload));
  }

  /** No event comes any more: ends what waits for one. */
  protected finish(): void {
    this.#inOrder(() => {
      this.#finished = true;
      for (const finish of [...(this.#finishers ?? [])]) finish();
    });
  }

  /** What a listener causes waits until everybody has heard what came before: all hear the same order. */
  #inOrder(step: () => void): void {
    if (this.#untold !== undefined) {
      this.#untold.push(step);
      return;
    }
    this.#untold = [];
    for (let next: (() => void) | undefined = step; next !== undefined; next = this.#untold.shift()) next();
    this.#untold = undefined;
  }

  #tell<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const entry of this.#listeners?.get(name) ?? []) {
      if (entry.isOnce && !this.#remove(name, entry)) continue;
      try {
        entry.listener(payload);
      } catch (error) {
        rethrowLater(error);
      }
    }
  }
}

/** Lets an error of the user's code surface as an uncaught exception, without stopping ours. */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
