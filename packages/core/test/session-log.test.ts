import { describe, expect, it } from 'vitest';
import type { SessionEvents } from '../src/session/api.ts';
import { logEvent } from '../src/session/session-log.ts';
import type { Cause } from '../src/words/cause.ts';
import type { Logger } from '../src/words/logger.ts';

/** A logger that writes down its lines, and who its children are. */
function createLogger(enabled?: readonly string[]) {
  const lines: [level: string, message: string, bindings: object][] = [];
  const asked: string[] = [];
  const make = (bindings: object): Logger => {
    const write = (level: string) => (_: object, message: string) => void lines.push([level, message, bindings]);
    const levels = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const isLevelEnabled = (level: string): boolean => {
      asked.push(level);
      return enabled?.includes(level) === true;
    };
    const logger = { ...levels, child: (more: Record<string, unknown>) => make({ ...bindings, ...more }) };
    return enabled === undefined ? logger : { ...logger, isLevelEnabled };
  };
  return { logger: make({}), lines, asked };
}

function ended<Why extends Cause>(cause: Why) {
  return { epoch: 1, cause, evidence: {} as never };
}

const PAYLOADS: { readonly [Name in keyof SessionEvents]: SessionEvents[Name] } = {
  connect: { epoch: 1, resumed: false, keepalive: undefined, boundMs: undefined, raised: false },
  suspect: { epoch: 1, silenceMs: 25_000, probesSent: 2 },
  alive: { epoch: 1, silenceMs: 26_000 },
  health: { epoch: 1, status: 'degraded', payload: undefined },
  appStalled: { epoch: 1, owed: 3, forMs: 60_000 },
  dead: ended('silent'),
  disconnect: ended('silent'),
  reconnecting: { attempt: 1, delayMs: 500, cause: 'eof', evidence: {} as never },
  drain: {},
  end: ended('silent'),
};

describe('the log of a session', () => {
  it('writes each of the 10 events at its level, in fixed words, with the bindings of the session', () => {
    const { logger, lines } = createLogger();
    const child = logger.child({ session: 's-1' });
    for (const name of Object.keys(PAYLOADS) as (keyof SessionEvents)[]) {
      logEvent(logger, name, PAYLOADS[name], () => child);
    }
    expect(lines.map(([level, message]) => `${level}: ${message}`)).toEqual([
      'info: connected',
      'warn: peer suspected',
      'info: peer alive again',
      'info: peer told its health',
      'warn: peer application stalled',
      'warn: peer judged dead',
      'info: disconnected',
      'info: reconnecting',
      'debug: queue drained',
      'debug: session ended',
    ]);
    expect(lines.every(([, , bindings]) => (bindings as { session: string }).session === 's-1')).toBe(true);
  });

  it.each<[Cause, string]>([
    ['protocol-error', 'warn'],
    ['not-our-protocol', 'warn'],
    ['too-many-pings', 'warn'],
    ['eof', 'info'],
    ['silent', 'info'],
  ])('writes a disconnect for %s at %s', (cause, level) => {
    const { logger, lines } = createLogger();
    logEvent(logger, 'disconnect', ended(cause), () => logger);
    expect(lines.map(([written]) => written)).toEqual([level]);
  });

  it('writes nothing and asks for no child where the level is not enabled', () => {
    const { logger, lines, asked } = createLogger(['warn']);
    logEvent(logger, 'connect', PAYLOADS.connect, () => {
      throw new Error('nobody asked');
    });
    expect([lines, asked]).toEqual([[], ['info']]);
    logEvent(logger, 'suspect', PAYLOADS.suspect, () => logger);
    expect(lines.length).toBe(1);
  });
});
