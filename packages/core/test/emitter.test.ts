import { afterEach, describe, expect, it, vi } from 'vitest';
import { Emitter, rethrowLater } from '../src/session/emitter.ts';
import { SystoleError } from '../src/words/errors.ts';

interface Events {
  readonly beat: { readonly number: number };
  readonly stop: string;
}

class Bell extends Emitter<Events> {
  ring(number: number): void {
    this.emit('beat', { number });
  }

  stop(why: string): void {
    this.emit('stop', why);
  }

  override finish(): void {
    super.finish();
  }
}

/** What `rethrowLater` has put off, instead of ending this process. */
function catchLater(): (() => void)[] {
  const later: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback));
  return later;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Emitter: listeners', () => {
  it('tells nobody before anybody listens', () => {
    const bell = new Bell();
    bell.ring(1);
    expect(bell.listenerCount('beat')).toBe(0);
    bell.on('stop', () => {});
    expect(bell.listenerCount('beat')).toBe(0);
    bell.ring(2);
  });

  it('tells 2 listeners in the order in which they came, each time', () => {
    const bell = new Bell();
    const heard: string[] = [];
    const same = bell.on('beat', ({ number }) => heard.push(`a${number}`));
    expect(same).toBe(bell);
    bell.on('beat', ({ number }) => heard.push(`b${number}`)).on('stop', (why) => heard.push(why));
    bell.ring(1);
    bell.ring(2);
    bell.stop('enough');
    expect(heard).toEqual(['a1', 'b1', 'a2', 'b2', 'enough']);
    expect(bell.listenerCount('beat')).toBe(2);
  });

  it('tells a listener that was added twice twice, and takes it away once a call', () => {
    const bell = new Bell();
    const listener = vi.fn();
    bell.on('beat', listener).on('beat', listener);
    bell.ring(1);
    expect(listener).toHaveBeenCalledTimes(2);
    bell.off('beat', listener);
    expect(bell.listenerCount('beat')).toBe(1);
    bell
      .off('beat', listener)
      .off('beat', listener)
      .off('stop', () => {});
    expect(bell.listenerCount('beat')).toBe(0);
    bell.ring(2);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('takes the last of 2 equal listeners away, so that the first keeps its place', () => {
    const bell = new Bell();
    const heard: string[] = [];
    const a = (): void => void heard.push('a');
    bell
      .on('beat', a)
      .on('beat', () => heard.push('b'))
      .on('beat', a)
      .off('beat', a);
    bell.ring(1);
    expect(heard).toEqual(['a', 'b']);
  });

  it('takes nothing away where nobody ever listened', () => {
    const bell = new Bell();
    expect(bell.off('beat', () => {})).toBe(bell);
  });

  it('tells a listener of once 1 time, also where another listener rings in the midst of it', () => {
    const bell = new Bell();
    const heard: number[] = [];
    bell.on('beat', ({ number }) => number === 1 && bell.ring(2));
    bell.once('beat', ({ number }) => heard.push(number));
    bell.ring(1);
    bell.ring(3);
    expect(heard).toEqual([1]);
    expect(bell.listenerCount('beat')).toBe(1);
  });

  it('tells a listener of once 0 times that another one has taken away in the midst of the event', () => {
    const bell = new Bell();
    const [taken, alone] = [vi.fn(), vi.fn()];
    bell.once('beat', () => bell.off('beat', taken));
    bell.once('beat', taken).on('beat', () => bell.off('beat', alone).off('beat', alone));
    bell.once('stop', () => bell.off('stop', alone)).once('stop', alone);
    bell.ring(1);
    bell.stop('enough');
    expect([taken, alone].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect([bell.listenerCount('beat'), bell.listenerCount('stop')]).toEqual([1, 0]);
  });

  it('tells all of 1 event before any of the next, which a listener has caused, and finishes behind both', async () => {
    const bell = new Bell();
    const heard: string[] = [];
    bell.on('beat', () => {
      heard.push('a beat');
      bell.stop('enough');
      bell.finish();
      heard.push('a has stopped it');
    });
    bell.on('stop', () => heard.push('a stop'));
    bell.on('beat', () => heard.push('b beat'));
    const events = bell.events(['beat', 'stop']);
    bell.ring(1);
    expect(heard).toEqual(['a beat', 'a has stopped it', 'b beat', 'a stop']);
    const names: string[] = [];
    for await (const { type } of events) names.push(type);
    expect(names).toEqual(['beat', 'stop']);
  });

  it('takes a listener of once away before it was told', () => {
    const bell = new Bell();
    const listener = vi.fn();
    bell.once('beat', listener).off('beat', listener);
    bell.ring(1);
    expect(listener).not.toHaveBeenCalled();
  });

  it('tells those who listened when it began: one who comes or goes meanwhile changes nothing', () => {
    const bell = new Bell();
    const heard: string[] = [];
    const last = (): void => void heard.push('last');
    bell.on('beat', () => {
      heard.push('first');
      bell.off('beat', last);
      bell.on('beat', () => heard.push('late'));
    });
    bell.on('beat', last);
    bell.ring(1);
    expect(heard).toEqual(['first', 'last']);
    bell.ring(2);
    expect(heard).toEqual(['first', 'last', 'first', 'late']);
  });

  it('tells the others where 1 of 3 throws, and lets its error surface afterwards', () => {
    const later = catchLater();
    const bell = new Bell();
    const heard: string[] = [];
    bell.on('beat', () => heard.push('a'));
    bell.on('beat', () => {
      throw new Error('of a listener');
    });
    bell.on('beat', () => heard.push('c'));
    bell.ring(1);
    expect(heard).toEqual(['a', 'c']);
    expect(later.length).toBe(1);
    expect(later[0]).toThrow('of a listener');
  });

  it('rethrows later, and not now', () => {
    const later = catchLater();
    const error = new Error('later');
    expect(() => rethrowLater(error)).not.toThrow();
    expect(later[0]).toThrow(error);
  });
});

describe('Emitter: next', () => {
  it('gives the payload of the next event, and stops listening', async () => {
    const bell = new Bell();
    const next = bell.next('beat');
    bell.ring(7);
    bell.ring(8);
    await expect(next).resolves.toEqual({ number: 7 });
    expect(bell.listenerCount('beat')).toBe(0);
  });

  it('rejects with ERR_CLOSED once no event can come any more, and after that', async () => {
    const bell = new Bell();
    const before = bell.next('beat');
    bell.finish();
    const complaint = new SystoleError('ERR_CLOSED', "no 'beat' can come any more");
    await expect(before).rejects.toEqual(complaint);
    await expect(bell.next('beat')).rejects.toEqual(complaint);
    expect(bell.listenerCount('beat')).toBe(0);
  });

  it('rejects with ERR_ABORTED and the reason, and stops listening', async () => {
    const bell = new Bell();
    const controller = new AbortController();
    const next = bell.next('beat', { signal: controller.signal });
    controller.abort('enough');
    await expect(next).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    expect(bell.listenerCount('beat')).toBe(0);
    await expect(bell.next('beat', { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(bell.listenerCount('beat')).toBe(0);
  });
});

describe('Emitter: events', () => {
  it('yields all events of 2 names in order, those too that came before somebody asked', async () => {
    const bell = new Bell();
    const events = bell.events(['beat', 'stop']);
    bell.ring(1);
    bell.stop('pause');
    bell.ring(2);
    bell.finish();
    const all: unknown[] = [];
    for await (const event of events) all.push(event);
    expect(all).toEqual([
      { type: 'beat', payload: { number: 1 } },
      { type: 'stop', payload: 'pause' },
      { type: 'beat', payload: { number: 2 } },
    ]);
    expect(bell.listenerCount('beat') + bell.listenerCount('stop')).toBe(0);
  });

  it('gives 2 events to 2 who have asked before, in the order of their asking', async () => {
    const bell = new Bell();
    const events = bell.events(['beat']);
    const asked = [events.next(), events.next()];
    bell.ring(1);
    bell.ring(2);
    const given = await Promise.all(asked);
    expect(given.map(({ value }) => value?.payload.number)).toEqual([1, 2]);
  });

  it('ends for 2 who have asked when no event can come any more', async () => {
    const bell = new Bell();
    const events = bell.events(['beat']);
    const asked = [events.next(), events.next()];
    bell.finish();
    await expect(Promise.all(asked)).resolves.toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
    await expect(events.next()).resolves.toEqual({ value: undefined, done: true });
  });

  it('an abort rejects the first of 2 who have asked, and ends for the other', async () => {
    const bell = new Bell();
    const controller = new AbortController();
    const events = bell.events(['beat'], { signal: controller.signal });
    const [first, second] = [events.next(), events.next()];
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(second).resolves.toEqual({ value: undefined, done: true });
  });

  it('an abort that nobody awaits is told to who asks next, behind 1 event that had come, and once', async () => {
    const bell = new Bell();
    const controller = new AbortController();
    const events = bell.events(['beat'], { signal: controller.signal });
    bell.ring(1);
    controller.abort();
    bell.finish();
    expect((await events.next()).value?.payload).toEqual({ number: 1 });
    await expect(events.next()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(events.next()).resolves.toEqual({ value: undefined, done: true });
  });

  it('listens to its signal no longer than to its events', async () => {
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const bell = new Bell();
    const next = bell.next('beat', { signal });
    bell.ring(1);
    await next;
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
    expect(remove.mock.calls[0]?.[1]).toBe(add.mock.calls[0]?.[1]);
  });

  it('leaving the loop early ends it, and drops 2 events that nobody has read', async () => {
    const bell = new Bell();
    const events = bell.events(['beat']);
    bell.ring(1);
    bell.ring(2);
    bell.ring(3);
    for await (const { payload } of events) {
      expect(payload.number).toBe(1);
      break;
    }
    expect(bell.listenerCount('beat')).toBe(0);
    await expect(events.next()).resolves.toEqual({ value: undefined, done: true });
  });

  it('takes no event after its end, also where it ended while that event was told', async () => {
    const bell = new Bell();
    let events: AsyncIterableIterator<unknown> | undefined;
    bell.on('beat', () => void events?.return?.());
    events = bell.events(['beat']);
    bell.ring(1);
    await expect(events.next()).resolves.toEqual({ value: undefined, done: true });
  });

  it('D3: holds 1,024 unread events, and fails with ERR_EVENTS_OVERFLOW at the next', async () => {
    const bell = new Bell();
    const events = bell.events(['beat']);
    for (let number = 1; number <= 1_024; number += 1) bell.ring(number);
    expect(bell.listenerCount('beat')).toBe(1);
    bell.ring(1_025);
    expect(bell.listenerCount('beat')).toBe(0);
    const read: number[] = [];
    const reading = (async () => {
      for await (const { payload } of events) read.push(payload.number);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_EVENTS_OVERFLOW' });
    expect(read.slice(0, 1_024)).toEqual(Array.from({ length: 1_024 }, (_, index) => index + 1));
  });
});
