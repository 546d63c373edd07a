import 'reflect-metadata';
import type { Client } from '@systole/client';
import { CLIENT, CLIENT_OPTIONS, registerClient } from '@systole/client/di';
import { systemClock } from '@systole/core/node';
import type { Server } from '@systole/server';
import { CLOCK, CODEC, LOGGER, RANDOM, registerServer, SERVER, SERVER_OPTIONS } from '@systole/server/di';
import { ManualClock } from '@systole/testing';
import { inject, injectable } from 'tsyringe';
import { describe, expect, it } from 'vitest';
import { clientOf, freshContainer, serverOf } from '../support/container.ts';
import { LogTape } from '../support/log-tape.ts';

/** A client that waits for somebody to listen. Nobody does: the port is reserved. */
const NOWHERE = { host: '127.0.0.1', port: 1 } as const;

/** What is thrown. */
function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('the tokens', () => {
  it('are symbols that 2 installed copies of a package agree on', () => {
    expect([CLOCK, CODEC, LOGGER, RANDOM]).toEqual(
      ['clock', 'codec', 'logger', 'random'].map((name) => Symbol.for(`@systole/core:${name}`)),
    );
    expect([SERVER, SERVER_OPTIONS]).toEqual(
      ['server', 'options'].map((name) => Symbol.for(`@systole/server:${name}`)),
    );
    expect([CLIENT, CLIENT_OPTIONS]).toEqual(
      ['client', 'options'].map((name) => Symbol.for(`@systole/client:${name}`)),
    );
  });
});

describe('a container', () => {
  it('has the 4 default parts once a server is registered, and nothing is made yet', () => {
    const container = freshContainer();
    registerServer(container);
    expect(container.resolve(CLOCK)).toBe(systemClock);
    expect(container.resolve(CODEC).name).toBe('msgpack');
    expect(container.resolve(LOGGER).isLevelEnabled?.('fatal')).toBe(false);
    expect(container.resolve(RANDOM)).toBe(Math.random);
    expect(container.resolve(SERVER_OPTIONS)).toEqual({});
  });

  it('keeps the defaults of the first registration when the second comes: both ends have one logger', () => {
    const container = freshContainer();
    registerServer(container);
    const logger = container.resolve(LOGGER);
    registerClient(container, NOWHERE);
    expect(container.resolve(LOGGER)).toBe(logger);
  });

  it.each(['before', 'after'])('keeps what was registered %s ours', (order) => {
    const container = freshContainer();
    const logger = new LogTape();
    const clock = new ManualClock();
    if (order === 'after') registerServer(container);
    container.register(LOGGER, { useValue: logger }).register(CLOCK, { useFactory: () => clock });
    if (order === 'before') registerServer(container);
    expect(container.resolve(LOGGER)).toBe(logger);
    expect(container.resolve(CLOCK)).toBe(clock);
    expect(container.resolve(CODEC).name).toBe('msgpack');
  });

  it('gets no default where its parent has a part already', () => {
    const parent = freshContainer();
    const child = parent.createChildContainer();
    parent.register(LOGGER, { useValue: new LogTape() });
    registerServer(child);
    expect(child.isRegistered(LOGGER)).toBe(false);
    expect(child.resolve(LOGGER)).toBeInstanceOf(LogTape);
    expect(parent.isRegistered(SERVER)).toBe(false);
  });

  it('gives the same server and the same client when asked twice', () => {
    const container = freshContainer();
    registerServer(container);
    registerClient(container, NOWHERE);
    expect(container.resolve(SERVER)).toBe(serverOf(container));
    expect(container.resolve(CLIENT)).toBe(clientOf(container));
  });

  it('gives each child a server of its own, unless the parent pins its one', () => {
    const parent = freshContainer();
    registerServer(parent);
    const [one, other] = [parent.createChildContainer(), parent.createChildContainer()];
    expect(new Set([parent, one, other, one].map((container) => serverOf(container))).size).toBe(3);
    parent.registerInstance(SERVER, parent.resolve(SERVER));
    expect(parent.createChildContainer().resolve(SERVER)).toBe(parent.resolve(SERVER));
  });

  it('keeps server, defaults and given options through clearInstances()', () => {
    const container = freshContainer();
    registerServer(container, { metadata: { name: 'hub' } });
    const server = serverOf(container);
    container.clearInstances();
    expect(container.resolve(SERVER)).toBe(server);
    expect(container.resolve(CLOCK)).toBe(systemClock);
    expect(container.resolve(SERVER_OPTIONS)).toEqual({ metadata: { name: 'hub' } });
  });

  it('injects both into a class that asks for the tokens', () => {
    class Gateway {
      readonly server: Server;
      readonly client: Client;
      constructor(server: Server, client: Client) {
        this.server = server;
        this.client = client;
      }
    }
    // As `@injectable()` and `@inject(SERVER)` would, in a language without decorators.
    inject(SERVER)(Gateway, undefined, 0);
    inject(CLIENT)(Gateway, undefined, 1);
    injectable()(Gateway);
    const container = freshContainer();
    registerServer(container);
    registerClient(container, NOWHERE);
    const gateway = container.resolve(Gateway);
    expect(gateway.server).toBe(serverOf(container));
    expect(gateway.client).toBe(clientOf(container));
  });

  it('that is disposed of leaves the server to whoever resolved it', async () => {
    const container = freshContainer();
    registerServer(container);
    const server = serverOf(container);
    const { port, host } = await server.listen({ port: 0, host: '127.0.0.1' });
    await container.dispose();
    expect(server.address).toEqual(expect.objectContaining({ host, port }));
  });
});

describe('ERR_REGISTRATION', () => {
  it('refuses a second server in one container, names the token, and registers nothing', () => {
    const container = freshContainer();
    registerServer(container, { metadata: { name: 'first' } });
    expect(errorOf(() => registerServer(container, { metadata: { name: 'second' } }))).toMatchObject({
      code: 'ERR_REGISTRATION',
      fault: 'caller',
      message: expect.stringMatching(/^@systole\/server:server is registered .* already: register it once, .*child/),
    });
    expect(container.resolveAll(SERVER_OPTIONS)).toEqual([{ metadata: { name: 'first' } }]);
  });

  it('refuses a client where somebody else has registered one, and registers not even a default', () => {
    const container = freshContainer();
    container.register(CLIENT, { useFactory: () => ({}) as Client });
    expect(errorOf(() => registerClient(container, NOWHERE))).toMatchObject({
      code: 'ERR_REGISTRATION',
      message: expect.stringContaining('@systole/client:client'),
    });
    expect([CLOCK, CODEC, LOGGER, RANDOM, CLIENT_OPTIONS].filter((token) => container.isRegistered(token))).toEqual([]);
  });

  it('does not keep a child container from a server of its own', () => {
    const parent = freshContainer();
    const child = parent.createChildContainer();
    registerServer(parent, { metadata: { name: 'parent' } });
    registerServer(child, { metadata: { name: 'child' } });
    expect(child.resolve(SERVER_OPTIONS)).toEqual({ metadata: { name: 'child' } });
    expect(parent.resolve(SERVER_OPTIONS)).toEqual({ metadata: { name: 'parent' } });
    expect(serverOf(child)).not.toBe(serverOf(parent));
  });

  it('says which options a client lacks and where to put them, and it works once they are there', () => {
    const container = freshContainer();
    registerClient(container);
    expect(errorOf(() => container.resolve(CLIENT))).toMatchObject({
      code: 'ERR_REGISTRATION',
      message:
        '@systole/client:options is not registered: give options to registerClient, or register them under CLIENT_OPTIONS',
    });
    container.register(CLIENT_OPTIONS, { useValue: NOWHERE });
    expect(clientOf(container).inspect()).toMatchObject({ state: expect.any(String) });
  });

  it('says which part is gone, and does not put the default in its place', () => {
    const container = freshContainer();
    container.register(CLOCK, { useValue: new ManualClock() });
    registerServer(container);
    container.clearInstances(); // which removes every value
    expect(errorOf(() => container.resolve(SERVER))).toMatchObject({
      code: 'ERR_REGISTRATION',
      message: '@systole/core:clock is not registered: register it in this container or its parent',
    });
  });
});

describe('wrong options in a container', () => {
  it('are told when the server is resolved, all 2 at once, and right ones work afterwards', () => {
    const container = freshContainer();
    registerServer(container, { maxMessageBytes: 0, closeTimeout: -1 });
    expect(errorOf(() => container.resolve(SERVER))).toMatchObject({
      code: 'ERR_OPTIONS',
      problems: [{ path: 'closeTimeout' }, { path: 'maxMessageBytes' }],
    });
    container.register(SERVER_OPTIONS, { useValue: { maxMessageBytes: 65_536 } });
    expect(serverOf(container).inspect()).toMatchObject({ sessions: 0 });
  });

  it('are told of a part in the container too, and of options that are no options object', () => {
    const container = freshContainer();
    registerServer(container);
    container.register(CLOCK, { useFactory: () => ({}) as ManualClock });
    expect(errorOf(() => container.resolve(SERVER))).toMatchObject({
      code: 'ERR_OPTIONS',
      problems: [{ path: 'clock' }],
    });
    container.register(SERVER_OPTIONS, { useFactory: () => 5 as unknown as object });
    expect(errorOf(() => container.resolve(SERVER))).toMatchObject({
      problems: [{ path: 'options', value: 'a number' }],
    });
  });
});
