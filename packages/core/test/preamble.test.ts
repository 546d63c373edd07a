import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreambleState } from '../src/rules/preamble.ts';
import { encodePreamble, encodeUnsupported, PreambleReader } from '../src/rules/preamble.ts';
import { chunksOf } from './support/arbitrary-frame.ts';
import { fromHex, toHex } from './support/hex.ts';
import { holds } from './support/holds.ts';

/** The first decision, and after how many bytes it fell. */
function decide(role: 'client' | 'server', bytes: Uint8Array): { state: PreambleState['state']; after: number } {
  const reader = new PreambleReader(role);
  for (const [index, byte] of bytes.entries()) {
    const { state } = reader.push(Uint8Array.of(byte));
    if (state !== 'incomplete') return { state, after: index + 1 };
  }
  return { state: 'incomplete', after: bytes.length };
}

describe('a preamble', () => {
  it('is 5 bytes: magic and version', () => {
    expect(toHex(encodePreamble(1))).toBe('e5 53 59 53 01');
  });

  it('of a server that speaks versions 1 and 3 only is 8 bytes', () => {
    expect(toHex(encodeUnsupported([1, 3]))).toBe('e5 53 59 53 00 02 01 03');
  });
});

describe('PreambleReader', () => {
  it.each(['client', 'server'] as const)('tells a %s the version after 5 bytes, and what follows it', (role) => {
    const reader = new PreambleReader(role);
    expect(reader.push(fromHex('e5 53'))).toEqual({ state: 'incomplete' });
    expect(reader.push(fromHex(''))).toEqual({ state: 'incomplete' });
    expect(reader.push(fromHex('59 53 07 02 03 01'))).toEqual({
      state: 'version',
      version: 7,
      rest: fromHex('02 03 01'),
    });
  });

  it('tells the same however the bytes are cut', () => {
    const whole = fromHex('e5 53 59 53 01 aa bb cc');
    holds(
      fc.property(fc.array(fc.nat()), (cuts) => {
        const reader = new PreambleReader('server');
        const chunks = chunksOf(whole, cuts);
        for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
          const seen = reader.push(chunk);
          if (seen.state === 'incomplete') continue;
          expect(seen).toMatchObject({ state: 'version', version: 1 });
          const rest = seen.state === 'version' ? seen.rest : fromHex('');
          expect([...rest, ...chunks.flatMap((later) => [...later])]).toEqual([0xaa, 0xbb, 0xcc]);
          return;
        }
        expect.unreachable();
      }),
    );
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['TLS', fromHex('16 03 01 02 00')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a newline', Buffer.from('\r\n')],
    ['UTF-8 that begins like our magic', Buffer.from('å')],
  ])('knows %s as a stranger by its 1st byte', (_what, bytes) => {
    expect(decide('server', bytes)).toEqual({ state: 'stranger', after: 1 });
    expect(decide('client', bytes)).toEqual({ state: 'stranger', after: 1 });
  });

  it.each([
    ['e5 00', 2],
    ['e5 53 59 00', 4],
  ])('knows a stranger by the first wrong byte: %s after %i', (hex, after) => {
    expect(decide('server', fromHex(hex))).toEqual({ state: 'stranger', after });
  });

  it('takes version 0 from a client for a stranger', () => {
    expect(decide('server', encodeUnsupported([1]))).toEqual({ state: 'stranger', after: 5 });
  });

  it.each([
    ['none', []],
    ['1', [1]],
    ['2 and 3', [2, 3]],
    ['255 versions', Array.from({ length: 255 }, (_, index) => index + 1)],
  ])('tells a client that the server speaks %s, once the list is whole', (_what, spoken) => {
    const bytes = encodeUnsupported(spoken);
    expect(new PreambleReader('client').push(bytes)).toEqual({ state: 'unsupported', spoken });
    expect(decide('client', bytes)).toEqual({ state: 'unsupported', after: bytes.length });
    expect(decide('client', bytes.subarray(0, -1)).state).toBe('incomplete');
  });
});
