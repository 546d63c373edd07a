import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, encodeText } from '../src/rules/cut-text.ts';
import { holds } from './support/holds.ts';

describe('cutText', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcde'],
    ['äöü', 5, 'äö'],
    ['€uro', 2, ''],
    ['a😀', 4, 'a'],
    ['a😀', 5, 'a😀'],
    ['\ufeffmarked', 4, '\ufeffm'],
    ['', 0, ''],
  ])('W6: %j cut to %i bytes is %j', (text, maxBytes, expected) => {
    expect(cutText(text, maxBytes)).toBe(expected);
  });

  it('is what arrives where encodeText has sent it', () => {
    holds(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(60), (text, maxBytes) => {
        const bytes = encodeText(text, maxBytes);
        expect(bytes.length).toBeLessThanOrEqual(maxBytes);
        expect(cutText(text, maxBytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
    );
  });
});
