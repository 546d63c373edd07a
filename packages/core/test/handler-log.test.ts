import { afterEach, describe, expect, it, vi } from 'vitest';
import { HandlerLog } from '../src/session/handler-log.ts';
import type { Logger } from '../src/words/logger.ts';
import { FakeClock } from './support/fake-clock.ts';
import { SILENT } from './support/session-rig.ts';

const MARK = Symbol('written');

/** Its logger does what pino does to an error: it marks it while it writes it, and reads its message. */
function createLog() {
  const lines: object[] = [];
  const warn = (fields: object): void => {
    const { err } = fields as { readonly err: unknown };
    if (typeof err === 'object' && err !== null && 'message' in err && typeof err.message === 'string') {
      Object.defineProperty(err, MARK, { value: undefined });
    }
    lines.push(fields);
  };
  const logger: Logger = { ...SILENT, warn };
  return { lines, log: new HandlerLog({ clock: new FakeClock(), logger }) };
}

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

const withGetter = {
  get message(): string {
    throw new Error('no message');
  },
};

describe('HandlerLog', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ['an error that is frozen', Object.freeze(new Error('sensor is off')), 'sensor is off'],
    ['a getter that throws', withGetter, '[object Object]'],
    ['a proxy that was revoked', revoked, 'an error that cannot be shown'],
  ])('D1: %s ends nothing, and is 1 line of text', (_, err, text) => {
    const { lines, log } = createLog();
    log.add({ code: 'failed', err });
    expect(lines).toMatchObject([{ code: 'failed', err: text, count: 1 }]);
  });

  it('D1: what a logger throws that writes 0 lines surfaces, and keeps no message from its answer', () => {
    const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {});
    const broken: Logger = {
      ...SILENT,
      warn: () => {
        throw new Error('disk is full');
      },
    };
    const log = new HandlerLog({ clock: new FakeClock(), logger: broken });
    log.add({ code: 'failed', err: new Error('sensor is off') });
    expect(later.mock.calls).toHaveLength(1);
    expect(later.mock.calls[0]?.[0]).toThrow('disk is full');
  });
});
