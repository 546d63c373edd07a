import 'reflect-metadata';
import type { ClientOptions } from '@systole/client';
import { CLIENT_OPTIONS, registerClient } from '@systole/client/di';
import type { Codec, Stall } from '@systole/core';
import type { Server } from '@systole/server';
import { CLOCK, CODEC, LOGGER, RANDOM, registerServer, SERVER_OPTIONS } from '@systole/server/di';
import { ManualClock } from '@systole/testing';
import type { DependencyContainer } from 'tsyringe';
import { Lifecycle } from 'tsyringe';
import { describe, expect, it } from 'vitest';
import { clientOf, freshContainer, serverOf } from '../support/container.ts';
import { JSON_CODEC } from '../support/json-codec.ts';
import { LogTape } from '../support/log-tape.ts';
import { endOf, namesOf, optionsFor, record, startServer } from '../support/pair.ts';

/** The stalls that a server tells of: the shortest way to see by which clock it lives. */
function stallsOf(server: Server): Stall[] {
  const stalls: Stall[] = [];
  server.on('stall', (stall) => stalls.push(stall));
  return stalls;
}

/** The system of this clock sleeps for a minute. */
function oversleep(clock: ManualClock): void {
  clock.sleep(60_000);
}

/** Time stands still, and those who listen for stalls are counted. */
class WatchedClock extends ManualClock {
  listeners = 0;
  everListened = 0;

  override onStall(listener: (stall: Stall) => void): () => void {
    const stop = super.onStall(listener);
    this.listeners += 1;
    this.everListened += 1;
    return () => {
      this.listeners -= 1;
      stop();
    };
  }
}

/** A JSON codec that counts what it encodes. */
function countingCodec(): Codec & { encoded: number } {
  return {
    ...JSON_CODEC,
    encoded: 0,
    encode(message) {
      this.encoded += 1;
      return JSON_CODEC.encode(message);
    },
  };
}

/** Connects, sends one message and says goodbye: the server answers with the message. */
async function converse(container: DependencyContainer, message: unknown = 'hello'): Promise<unknown> {
  const server = serverOf(container);
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  const options: ClientOptions = { reconnect: false, ...optionsFor(address) };
  container.register(CLIENT_OPTIONS, { useValue: options });
  const client = clientOf(container);
  const answer = await client.send(message);
  await client.close();
  await server.close();
  return answer;
}

/** A container with both, in which the server answers with the message. */
function bothIn(container: DependencyContainer): DependencyContainer {
  registerServer(container, { onMessage: (message) => message });
  registerClient(container);
  return container;
}

describe('a server and a client of one container', () => {
  it('talk over the codec of the container, and write to its logger, both of them', async () => {
    const container = bothIn(freshContainer());
    const codec = countingCodec();
    const logger = new LogTape();
    container.register(CODEC, { useValue: codec }).register(LOGGER, { useValue: logger });
    expect(await converse(container, { when: new Date(0) })).toEqual({ when: '1970-01-01T00:00:00.000Z' });
    expect(codec.encoded).toBe(2); // the message, and the answer
    const lines = logger.tape.items.map(({ message }) => message);
    expect(lines.filter((line) => line === 'listening')).toHaveLength(1);
    expect(lines.filter((line) => line === 'connected')).toHaveLength(2);
  });

  it('take parts that a class makes, one for each who asks', async () => {
    const container = bothIn(freshContainer());
    const made: LogTape[] = [];
    class Log extends LogTape {
      constructor() {
        super();
        made.push(this);
      }
    }
    container.register(LOGGER, { useClass: Log }, { lifecycle: Lifecycle.Transient });
    await converse(container);
    expect(made).toHaveLength(2);
    expect(made.map(({ tape }) => tape.items.length > 0)).toEqual([true, true]);
  });

  it('heed a random of the container: a client whose random says 0.5 waits for half of the ceiling', async () => {
    const server = await startServer({ keepalive: false });
    const container = freshContainer();
    container.register(RANDOM, { useValue: () => 0.5 });
    registerClient(container, { ...optionsFor(server.address), reconnect: { base: '20s', cap: '20s' } });
    const client = clientOf(container);
    await client.ready();
    const reconnecting = client.next('reconnecting');
    for (const session of server.sessions) session.destroy();
    expect(await reconnecting).toMatchObject({ attempt: 1, delayMs: 10_000 });
  });

  it('leave nothing behind: no alarm and no listener of stalls', async () => {
    const container = bothIn(freshContainer());
    const clock = new WatchedClock();
    container.register(CLOCK, { useValue: clock });
    await converse(container);
    expect({ alarms: clock.alarmsSet, listeners: clock.listeners }).toEqual({ alarms: 0, listeners: 0 });
    expect(clock.everListened).toBe(2); // the server and the client
  });
});

describe('a part is taken from the option, then the container, then the default', () => {
  it('where all 3 are there', async () => {
    const [ofOption, ofContainer] = [new LogTape(), new LogTape()];
    const container = freshContainer();
    container.register(LOGGER, { useValue: ofContainer });
    registerServer(container, { logger: ofOption });
    await serverOf(container).listen({ port: 0, host: '127.0.0.1' });
    expect(ofOption.tape.items).toMatchObject([{ message: 'listening' }]);
    expect(ofContainer.tape.items).toEqual([]);
    expect(container.resolve(LOGGER)).toBe(ofContainer); // an option is the affair of its server alone
  });

  it('and one that the option replaces is not even made', () => {
    const container = freshContainer();
    container.register(CLOCK, {
      useFactory: (): never => {
        throw new Error('nobody needs this clock');
      },
    });
    registerServer(container, { clock: new ManualClock() });
    expect(serverOf(container).sessions.size).toBe(0);
  });

  it('and options given to registerServer replace those registered before, and give way to those after', () => {
    const container = freshContainer();
    container.register(SERVER_OPTIONS, { useValue: { strict: true } });
    registerServer(container, { strict: false });
    expect(container.resolve(SERVER_OPTIONS)).toEqual({ strict: false });
    container.register(SERVER_OPTIONS, { useValue: { closeTimeout: '1s' } });
    expect(container.resolve(SERVER_OPTIONS)).toEqual({ closeTimeout: '1s' });
  });

  it('and options registered before are kept where none are given', () => {
    const container = freshContainer();
    container.register(SERVER_OPTIONS, { useValue: { strict: true } });
    registerServer(container);
    expect(container.resolve(SERVER_OPTIONS)).toEqual({ strict: true });
  });
});

describe('a child container', () => {
  it('that replaces the clock has a server that lives by it, and its parent lives by its own', () => {
    const [parent, parentClock, childClock] = [freshContainer(), new ManualClock(), new ManualClock()];
    parent.register(CLOCK, { useValue: parentClock });
    registerServer(parent);
    const child = parent.createChildContainer();
    child.register(CLOCK, { useValue: childClock });
    // The parent's is made first: a cache that does not tell the two apart would give it to the child.
    const parentStalls = stallsOf(serverOf(parent));
    const childStalls = stallsOf(serverOf(child));
    oversleep(childClock);
    expect(childStalls).toMatchObject([{ kind: 'slept', durationMs: 60_000 }]);
    expect(parentStalls).toEqual([]);
    oversleep(parentClock);
    expect(parentStalls).toMatchObject([{ kind: 'slept', durationMs: 60_000 }]);
    expect(childStalls).toHaveLength(1);
  });

  it('that replaces the codec is not understood by its parent', async () => {
    const parent = bothIn(freshContainer());
    const child = parent.createChildContainer();
    child.register(CODEC, { useValue: JSON_CODEC });
    const address = await serverOf(parent).listen({ port: 0, host: '127.0.0.1' });
    child.register(CLIENT_OPTIONS, { useValue: { ...optionsFor(address), reconnect: false } });
    const tape = record(clientOf(child));
    expect(await endOf(tape)).toMatchObject({
      cause: 'rejected',
      evidence: { detail: "codecs must be the same: ours is msgpack, the peer's is json" },
    });
    expect(namesOf(tape)).toEqual(['end']);
  });

  it('that replaces the options has a server with these, and the parts of its parent', async () => {
    const logger = new LogTape();
    const parent = freshContainer();
    parent.register(LOGGER, { useValue: logger });
    registerServer(parent, { metadata: { name: 'parent' } });
    const child = parent.createChildContainer();
    child.register(SERVER_OPTIONS, { useValue: { metadata: { name: 'child' } } });
    const address = await serverOf(child).listen({ port: 0, host: '127.0.0.1' });
    registerClient(parent, { ...optionsFor(address), reconnect: false });
    const client = clientOf(parent);
    await client.ready();
    expect(client.peer?.metadata).toEqual({ name: 'child' });
    expect(logger.tape.items.filter(({ message }) => message === 'listening')).toHaveLength(1);
  });
});
