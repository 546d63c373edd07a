import { describe, expect, it } from 'vitest';
import { describeStranger } from '../src/rules/stranger.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const UNNAMED = 'the first bytes are of another protocol';
const TLS = `${UNNAMED}: TLS, so perhaps only one end has the option tls`;
const PROXY = `${UNNAMED}: a balancer that speaks the PROXY protocol, for which a server has the option proxyProtocol`;

describe('describeStranger', () => {
  it.each([
    ['a ClientHello', '\x16\x03\x01\x02\x00', TLS],
    ['an alert of TLS', '\x15\x03\x03\x00\x02', TLS],
    ['a request', 'GET / HTTP/1.1\r\n', `${UNNAMED}: HTTP`],
    ['a response', 'HTTP/1.1 400 Bad Request\r\n', `${UNNAMED}: HTTP`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', `${UNNAMED}: HTTP`],
    ['a header of PROXY 1', 'PROXY TCP4 10.0.0.1', PROXY],
    ['a header of PROXY 2', '\r\n\r\n\0\r\nQUIT\n', PROXY],
    ['SSH', 'SSH-2.0-OpenSSH', `${UNNAMED}: SSH`],
    ['0x16 without a version of TLS', '\x16\x04', UNNAMED],
    ['a word that begins like one of HTTP', 'GETTING', UNNAMED],
    ['1 byte', 'G', UNNAMED],
    ['nothing', '', UNNAMED],
  ])('names the protocol of %s', (_, text, described) => {
    expect(describeStranger(bytesOf(text))).toBe(described);
  });
});
