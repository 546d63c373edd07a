import { connect, createServer } from 'node:net';
import process from 'node:process';
import { setImmediate as nextCheck } from 'node:timers/promises';
import type { Clock } from '@systole/core';
import { systemClock } from '@systole/core/node';
import { type FaultProxy, startFaultProxy } from '@systole/testing/proxy';
import { describe, expect, it } from 'vitest';
import { End, listen, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

function handles(): Readonly<Record<string, number>> {
  const names = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, names.filter((other) => other === name).length]),
  );
}

/** The clock of the process, which counts the alarms that are set. */
function countingClock(): Clock & { readonly set: Set<unknown> } {
  const set = new Set<unknown>();
  return {
    set,
    now: () => systemClock.now(),
    afterPoll: (callback) => systemClock.afterPoll(callback),
    lastStall: undefined,
    onStall: () => () => {},
    alarm: (owner) => {
      const handleAlarm = (now: number): void => {
        set.delete(alarm);
        owner.handleAlarm(now);
      };
      const alarm = systemClock.alarm({ handleAlarm });
      return {
        set: (deadline) => {
          set.add(alarm);
          alarm.set(deadline);
        },
        clear: () => {
          set.delete(alarm);
          alarm.clear();
        },
      };
    },
  };
}

describe('close', () => {
  it('ends connections in every condition, and leaves no handle and no alarm', async () => {
    const clock = countingClock();
    const { open, dial, proxy, target } = await startRig({ clock });
    const [frozen, blackholed, slow, reset] = [await open(), await open(), await open(), await open()];
    frozen.connection.set('frozen');
    blackholed.connection.set('blackholed');
    slow.connection.set({ latency: '1h' });
    reset.connection.reset('toClient');
    for (const { client } of [frozen, blackholed, slow]) client.write('held');
    proxy.set('blackholed', 'toClient');
    const waiting = await dial();
    const ends = [frozen, blackholed, slow, reset].flatMap(({ client, server }) => [client, server]).concat(waiting);
    await until(() => proxy.connections.size === 5 && slow.connection.inspect().toServer.heldBytes === 4);
    expect(clock.set.size).toBe(1);
    await proxy.close();
    expect(proxy.connections.size).toBe(0);
    expect(clock.set.size).toBe(0);
    await until(() => ends.every(({ ending }) => ending.length > 0));
    for (const { socket } of ends) socket.destroy();
    target.close();
    await until(() => Object.keys(handles()).length === 0);
  });

  it('is what await using does, and may be called twice', async () => {
    const target = await listen(createServer());
    let kept: FaultProxy;
    {
      await using proxy = await startFaultProxy({ target });
      kept = proxy;
    }
    await kept.close();
    const client = new End(connect({ ...kept.address }));
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNREFUSED', 'close']);
  });

  it('finds nothing left of 100 connections that came, were broken in turn, and went', async () => {
    const clock = countingClock();
    const { open, proxy } = await startRig({ clock });
    await nextCheck();
    const before = handles();
    for (let count = 0; count < 25; count += 1) {
      const breaks = [
        ({ client }: { client: End }) => client.socket.resetAndDestroy(),
        () => proxy.reset(),
        () => proxy.reset('toServer'),
        () => proxy.fin(),
      ];
      for (const breakIt of breaks) {
        const { client, server, connection } = await open();
        connection.set({ latency: 1 });
        client.write('x');
        breakIt({ client });
        client.socket.end();
        server.socket.end();
        await until(() => proxy.connections.size === 0);
        client.socket.destroy();
        server.socket.destroy();
      }
    }
    await nextCheck();
    expect(clock.set.size).toBe(0);
    await until(() => JSON.stringify(handles()) === JSON.stringify(before));
  });
});
