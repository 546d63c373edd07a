import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResumeToken } from '../src/resume-token.ts';

/** A text in the shape of a token, which nobody has issued. */
const FOREIGN = 'A'.repeat(32);

describe('ResumeToken', () => {
  it('issues 32 characters of base64url, another 1,000 times out of 1,000', () => {
    const token = new ResumeToken();
    const issued = Array.from({ length: 1_000 }, () => token.issue(''));
    expect(issued.filter((text) => !/^[\w-]{32}$/.test(text))).toEqual([]);
    expect(new Set(issued).size).toBe(1_000);
  });

  it('matches nothing before it has issued one, not even an empty text', () => {
    const token = new ResumeToken();
    token.confirm();
    expect(['', FOREIGN, 'undefined'].map((text) => token.matches(text))).toEqual([false, false, false]);
  });

  it('matches what it has issued, and nothing that differs in 1 character, in length or in encoding', () => {
    const token = new ResumeToken();
    const issued = token.issue('');
    expect(token.matches(issued)).toBe(true);
    for (let at = 0; at < 32; at += 1) {
      const other = issued[at] === 'x' ? 'y' : 'x';
      expect(token.matches(issued.slice(0, at) + other + issued.slice(at + 1))).toBe(false);
    }
    const wide = String.fromCharCode(...[...issued].map((char) => char.charCodeAt(0) + 0x100));
    for (const text of ['', issued.slice(1), `${issued}=`, `${issued}${issued}`, ` ${issued}`, wide, FOREIGN]) {
      expect(token.matches(text)).toBe(false);
    }
  });

  it('keeps the older one until the newer is confirmed, as WELCOME may have been lost', () => {
    const token = new ResumeToken();
    const first = token.issue('');
    token.confirm();
    const second = token.issue(first);
    expect([token.matches(first), token.matches(second)]).toEqual([true, true]);
    token.confirm();
    expect([token.matches(first), token.matches(second)]).toEqual([false, true]);
    token.confirm();
    expect(token.matches(second)).toBe(true);
  });

  it('keeps the first one while 20 WELCOMEs are lost, and drops the 19 that nobody has', () => {
    const token = new ResumeToken();
    const first = token.issue('');
    token.confirm();
    const lost = Array.from({ length: 20 }, () => token.issue(first));
    expect(token.matches(first)).toBe(true);
    expect(lost.map((text) => token.matches(text))).toEqual([...Array<boolean>(19).fill(false), true]);
  });

  it('drops the first one when the second is presented, also where nothing came on its connection', () => {
    const token = new ResumeToken();
    const first = token.issue('');
    token.confirm();
    const second = token.issue(first);
    const third = token.issue(second);
    expect([first, second, third].map((text) => token.matches(text))).toEqual([false, true, true]);
  });

  it('lets nobody in by a text that he had before the session began', () => {
    const token = new ResumeToken();
    token.issue(FOREIGN);
    expect(token.matches(FOREIGN)).toBe(false);
    token.issue(FOREIGN);
    expect(token.matches(FOREIGN)).toBe(false);
  });

  it('never locks a lawful client out, whatever is lost in 50 connections, and has no third token good', () => {
    const connection = fc.record({ welcomed: fc.boolean(), hasSent: fc.boolean() });
    const property = fc.property(fc.array(connection, { maxLength: 50, size: 'max' }), (connections) => {
      const token = new ResumeToken();
      const issued = [token.issue('')];
      let held = issued[0] ?? '';
      for (const { welcomed, hasSent } of connections) {
        expect(token.matches(held)).toBe(true);
        const next = token.issue(held);
        issued.push(next);
        if (welcomed) held = next;
        if (welcomed && hasSent) token.confirm();
        expect(issued.filter((text) => token.matches(text)).length).toBe(welcomed && hasSent ? 1 : 2);
      }
      expect(token.matches(held)).toBe(true);
    });
    void fc.assert(property);
  });
});
