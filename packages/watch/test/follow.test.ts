import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ManualClock } from '@systole/testing';
import type { WatchEvents } from '@systole/watch';
import { follow, WATCH_CHANNELS, watch } from '@systole/watch';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BOUND_MS, FakeStream, TRIPLE } from './peer.ts';

describe('a watch that follows a client', () => {
  it('L6: numbers its streams, and tells one connect and one disconnect of each', async () => {
    const clock = new ManualClock();
    const watching = follow({ clock, keepalive: TRIPLE });
    const told: unknown[] = [];
    for (const name of ['connect', 'dead', 'disconnect'] as const) {
      watching.on(name, (payload: WatchEvents[typeof name]) =>
        told.push([name, payload.epoch, 'cause' in payload ? payload.cause : payload.boundMs]),
      );
    }
    expect(watching.inspect()).toMatchObject({ state: 'waiting', epoch: 0, belief: undefined });
    watching.take(new FakeStream());
    clock.advance(BOUND_MS);
    expect(watching.inspect()).toMatchObject({ state: 'waiting', epoch: 1, lastCause: 'silent' });
    const second = new FakeStream();
    watching.take(second);
    watching.take(new FakeStream());
    second.destroy();
    await clock.settle();
    watching.stop();
    expect(told).toEqual([
      ['connect', 1, BOUND_MS],
      ['dead', 1, 'silent'],
      ['disconnect', 1, 'silent'],
      ['connect', 2, BOUND_MS],
      ['disconnect', 2, 'superseded'],
      ['connect', 3, BOUND_MS],
    ]);
  });

  it('may be stopped by whoever hears that a stream is superseded: the next one is left alone', () => {
    const clock = new ManualClock();
    const watching = follow({ clock, keepalive: TRIPLE }).on('disconnect', () => watching.stop());
    watching.take(new FakeStream());
    const second = new FakeStream();
    watching.take(second);
    expect(watching.inspect()).toMatchObject({ state: 'stopped', epoch: 1 });
    expect([clock.alarmsSet, second.eventNames()]).toEqual([0, []]);
    watch(second, { clock }).stop();
  });

  it('takes the newest of two streams, if one is taken when another is superseded', () => {
    const clock = new ManualClock();
    const [first, second, newest] = [new FakeStream(), new FakeStream(), new FakeStream()];
    const watching = follow({ clock, keepalive: TRIPLE }).once('disconnect', () => watching.take(newest));
    watching.take(first);
    watching.take(second);
    expect(watching.inspect()).toMatchObject({ state: 'watching', epoch: 2 });
    expect([second.eventNames(), clock.alarmsSet]).toEqual([[], 1]);
    watching.stop();
    expect([newest.eventNames(), clock.alarmsSet]).toEqual([[], 0]);
  });

  it.each(['a listener of dead', 'destroy'] as const)('may take the next stream in %s', (where) => {
    const clock = new ManualClock();
    const second = new FakeStream();
    const takeNext = (): void => {
      if (watching.inspect().epoch === 1) watching.take(second);
    };
    const watching = follow({
      clock,
      random: () => 0,
      keepalive: TRIPLE,
      destroy: where === 'destroy' ? takeNext : true,
    });
    if (where !== 'destroy') watching.on('dead', takeNext);
    watching.take(new FakeStream());
    clock.advance(BOUND_MS);
    expect(watching.inspect()).toMatchObject({ state: 'watching', epoch: 2, belief: 'alive', lastCause: 'silent' });
    watching.stop();
    expect([second.eventNames(), clock.alarmsSet]).toEqual([[], 0]);
  });

  it('takes nothing any more when it is stopped, and is no error', () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const watching = follow({ clock, signal: controller.signal });
    controller.abort();
    const stream = new FakeStream();
    watching.take(stream);
    expect(watching.inspect()).toMatchObject({ state: 'stopped', epoch: 0 });
    expect(stream.eventNames()).toEqual([]);
    expect(clock.alarmsSet).toBe(0);
  });
});

describe('stop()', () => {
  it('may be called by signal, by using, twice, and tells nothing', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const streams = [new FakeStream(), new FakeStream()];
    const tell = vi.fn();
    const bySignal = watch(streams[0]!, { clock, signal: controller.signal }).on('disconnect', tell);
    const iterated = bySignal.events(['dead', 'disconnect']);
    controller.abort();
    bySignal.stop();
    expect(await iterated.next()).toEqual({ value: undefined, done: true });
    {
      using watching = watch(streams[1]!, { clock });
      watching.on('disconnect', tell);
    }
    for (const stream of streams) stream.destroy();
    await clock.settle();
    expect(tell).not.toHaveBeenCalled();
    expect(clock.alarmsSet).toBe(0);
  });
});

describe('stop() in what a verdict calls', () => {
  it('is the last, be it in destroy or in a listener of dead: nothing is told after it', () => {
    const clock = new ManualClock();
    const told: string[] = [];
    const inDestroy = watch(new FakeStream(), { clock, keepalive: TRIPLE, destroy: () => inDestroy.stop() });
    const inDead = watch(new FakeStream(), { clock, keepalive: TRIPLE }).on('dead', () => inDead.stop());
    for (const [where, watching] of Object.entries({ inDestroy, inDead })) {
      watching.on('dead', () => told.push(`${where}: dead`));
      watching.on('disconnect', () => told.push(`${where}: disconnect`));
    }
    clock.advance(BOUND_MS);
    expect(told).toEqual(['inDead: dead']);
    expect(inDead.inspect()).toMatchObject({ state: 'stopped', lastCause: 'silent' });
  });
});

describe('an end of a watch', () => {
  it('is heard by whoever waits for it, with destroy as he likes', async () => {
    const clock = new ManualClock();
    const stream = new FakeStream();
    const end = vi.fn();
    const watching = watch(stream, { clock, keepalive: TRIPLE, destroy: end });
    const dead = watching.next('dead');
    clock.advance(BOUND_MS);
    expect((await dead).cause).toBe('silent');
    expect(end).toHaveBeenCalledOnce();
    expect(stream.destroyed).toBe(false);
  });

  it('is published on the channels of a watch, probes included', () => {
    const clock = new ManualClock();
    const heard: string[] = [];
    for (const name of Object.values(WATCH_CHANNELS)) {
      const listener = (): unknown => heard.push(name);
      subscribe(name, listener);
      onTestFinished(() => void unsubscribe(name, listener));
    }
    watch(new FakeStream(), { clock, keepalive: TRIPLE, probe: () => {}, random: () => 0 });
    clock.advance(BOUND_MS);
    expect(heard.map((name) => name.replace('systole:watch:', ''))).toEqual([
      'connect',
      'probe',
      'probe',
      'suspect',
      'probe',
      'dead',
      'disconnect',
    ]);
  });
});
