import { createServer } from 'node:net';
import { OptionsError, SystoleError } from '@systole/core';
import { type FaultProxyOptions, startFaultProxy } from '@systole/testing/proxy';
import { describe, expect, it } from 'vitest';
import { listen, startRig } from '../support/proxy-rig.ts';

async function problemsOf(options: unknown): Promise<string[]> {
  const error = await startFaultProxy(options as FaultProxyOptions).catch((reason: unknown) => reason);
  if (!(error instanceof OptionsError)) throw new Error(`not an OptionsError: ${String(error)}`);
  return error.problems.map(({ path }) => path).sort();
}

function thrownBy(call: () => void): OptionsError {
  try {
    call();
  } catch (error) {
    if (error instanceof OptionsError) return error;
  }
  throw new Error('no OptionsError was thrown');
}

describe('wrong options', () => {
  it('are one OptionsError with all 6 problems', async () => {
    const wrong = {
      target: { host: '', port: 0 },
      listen: { path: '/run/proxy.sock', port: 1 },
      connectTimeout: 'soon',
      clock: {},
      faults: true,
    };
    expect(await problemsOf(wrong)).toEqual([
      'clock',
      'connectTimeout',
      'faults',
      'listen.port',
      'target.host',
      'target.port',
    ]);
  });

  it('are a target that is missing, empty, no place, or two places', async () => {
    expect(await problemsOf({})).toEqual(['target']);
    await expect(startFaultProxy({} as FaultProxyOptions)).rejects.toThrow(/^target must be given, got undefined$/);
    expect(await problemsOf({ target: {} })).toEqual(['target.port']);
    expect(await problemsOf({ target: 65_536 })).toEqual(['target']);
    expect(await problemsOf({ target: { path: '/a', host: 'b' } })).toEqual(['target.host']);
    expect(await problemsOf(undefined)).toEqual(['options']);
  });

  it('do not hide that a port is taken: ERR_LISTEN, with the cause of the system', async () => {
    const address = await listen(createServer());
    const error = await startFaultProxy({ target: 1, listen: address }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SystoleError);
    expect(error).toMatchObject({ code: 'ERR_LISTEN', cause: { code: 'EADDRINUSE' } });
  });
});

describe('wrong faults', () => {
  it('are an OptionsError that lists all of them, and change nothing', async () => {
    const { proxy } = await startRig();
    const wrong = { latency: 'long', bytesPerSecond: 0, jitter: 1 };
    const { problems } = thrownBy(() => proxy.set(wrong as never, 'sideways' as never));
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'condition.bytesPerSecond',
      'condition.jitter',
      'condition.latency',
      'direction',
    ]);
    expect(thrownBy(() => proxy.set('broken' as never)).message).toBe(
      `condition must be 'open', 'frozen', 'blackholed', or an object of latency, bytesPerSecond and drip, got "broken"`,
    );
    expect(thrownBy(() => proxy.set({ bytesPerSecond: 1, drip: 1 })).message).toContain('without both');
    expect(thrownBy(() => proxy.truncate(-1, 'up' as never, 'bang' as never)).problems.length).toBe(3);
    expect(thrownBy(() => proxy.fin('up' as never)).problems.length).toBe(1);
    expect(thrownBy(() => proxy.reset('up' as never)).problems.length).toBe(1);
    expect(proxy.inspect().conditions).toEqual({ toServer: 'open', toClient: 'open' });
  });
});
