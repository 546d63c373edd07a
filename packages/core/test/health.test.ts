import { describe, expect, it } from 'vitest';
import { OwnHealth, PeerHealth } from '../src/session/health.ts';
import type { Health, HealthHook, HealthReport, HealthStatus } from '../src/words/health.ts';
import type { Logger } from '../src/words/logger.ts';
import { textCodec, UNDECODABLE, UNENCODABLE } from './support/text-codec.ts';

/** The health of an application with that hook, and what is logged of it. */
function createHealth(hook: () => unknown) {
  const lines: string[] = [];
  const warn = (fields: object, text: string) => void lines.push(`${text}: ${(fields as { error: unknown }).error}`);
  const logger: Logger = { debug: () => {}, info: () => {}, warn, error: () => {}, child: () => logger };
  const health = new OwnHealth(hook as HealthHook, textCodec, logger);
  /** Asks the hook; what the PONG then says of it. */
  const ask = (): HealthReport | undefined => {
    health.examine();
    return health.pong(1)?.health;
  };
  return { health, ask, lines };
}

const nothing = new Uint8Array(0);

function report(status: HealthStatus, payload?: unknown): HealthReport {
  return { status, payload: payload === undefined ? nothing : textCodec.encode(payload) };
}

describe('OwnHealth', () => {
  it('L11: makes 1 PONG each time the hook was asked, with the count of messages handled', () => {
    let calls = 0;
    const { health } = createHealth(() => {
      calls += 1;
      return { status: 'degraded', payload: calls };
    });
    expect(health.pong(7, 3)).toBeUndefined();
    expect(calls).toBe(0);
    health.examine();
    expect(health.pong(7, 3)).toEqual({ type: 'pong', number: 7, handled: 3, health: report('degraded', 1) });
    expect(health.pong(7, 3)).toBeUndefined();
    health.examine();
    expect(health.pong(8)).toEqual({ type: 'pong', number: 8, handled: 0, health: report('degraded', 2) });
  });

  it.each([
    ['ok', report('ok')],
    ['failing', report('failing')],
    [{ status: 'ok' }, report('ok')],
    [{ status: 'ok', payload: undefined }, report('ok')],
    [{ status: 'degraded', payload: null }, report('degraded', null)],
    [{ status: 'ok', payload: 'x'.repeat(254) }, report('ok', 'x'.repeat(254))],
  ])('takes %o', (answer, expected) => {
    const { ask, lines } = createHealth(() => answer);
    expect(ask()).toEqual(expected);
    expect(lines).toEqual([]);
  });

  const wrong = "TypeError: health() must return 'ok', 'degraded' or 'failing', or an object with that status";
  it.each([
    ['nothing', () => undefined, wrong],
    ['null', () => null, wrong],
    ['another word', () => 'fine', wrong],
    ['another status', () => ({ status: 'fine' }), wrong],
    ['a number', () => 0, wrong],
    ['a promise', async () => 'ok', wrong],
    ['a promise that rejects', () => Promise.reject(new Error('late')), wrong],
    [
      '257 bytes',
      () => ({ status: 'ok', payload: 'x'.repeat(255) }),
      'RangeError: the payload of health() must take at most 256 bytes, got 257',
    ],
    ['what has no bytes', () => ({ status: 'ok', payload: UNENCODABLE }), 'TypeError: cannot encode a symbol'],
  ])('L11: is failing without a payload for a hook that returns %s, and the log says why', (_, hook, reason) => {
    const { ask, lines } = createHealth(hook);
    expect(ask()).toEqual(report('failing'));
    expect(lines).toEqual([`health hook failed: ${reason}`]);
  });

  it('L11: a hook that throws is failing, each time, and logged 1 time for all its sessions', () => {
    const hook = (): never => {
      throw new Error('no database');
    };
    const first = createHealth(hook);
    const second = createHealth(hook);
    expect([first.ask(), first.ask(), second.ask()]).toEqual(new Array(3).fill(report('failing')));
    expect([first.lines, second.lines]).toEqual([['health hook failed: Error: no database'], []]);
  });

  it('is well again as soon as the hook is', () => {
    let isBroken = true;
    const { ask } = createHealth(() => (isBroken ? undefined : 'ok'));
    expect(ask()).toEqual(report('failing'));
    isBroken = false;
    expect(ask()).toEqual(report('ok'));
  });
});

describe('PeerHealth', () => {
  it('L11: tells the first report, and each that differs in status or payload', () => {
    const peer = new PeerHealth(textCodec);
    expect(peer.health).toBeUndefined();
    const told: (Health | undefined)[] = [
      report('ok'),
      report('ok'),
      report('degraded'),
      report('degraded', 10),
      report('degraded', 10),
      report('degraded', 11),
      report('degraded', 1),
      report('ok'),
    ].map((one) => peer.handleReport(one));
    expect(told).toEqual([
      { status: 'ok', payload: undefined },
      undefined,
      { status: 'degraded', payload: undefined },
      { status: 'degraded', payload: 10 },
      undefined,
      { status: 'degraded', payload: 11 },
      { status: 'degraded', payload: 1 },
      { status: 'ok', payload: undefined },
    ]);
    expect(peer.health).toEqual({ status: 'ok', payload: undefined });
  });

  it('takes a payload that cannot be decoded for none', () => {
    const peer = new PeerHealth(textCodec);
    expect(peer.handleReport({ status: 'failing', payload: UNDECODABLE })).toEqual({ status: 'failing' });
  });
});
