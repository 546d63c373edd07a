/** Which protocol a stranger speaks, by its first bytes: for the words of `not-our-protocol` only, nothing rests on it. */

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;

const BEGINNINGS: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) |^HTTP\/|^PRI \*/, 'HTTP'],
  [
    /^PROXY |^\r\n\r\n\0\r\nQUIT/,
    'a balancer that speaks the PROXY protocol, for which a server has the option proxyProtocol',
  ],
  [/^SSH-/, 'SSH'],
];

/** The longest beginning that is looked for, and some more. */
const LOOKED_AT = 16;

/** What is wrong with these first bytes, in words. */
export function describeStranger(bytes: Uint8Array): string {
  const name = nameOf(bytes);
  return `the first bytes are of another protocol${name === undefined ? '' : `: ${name}`}`;
}

function nameOf(bytes: Uint8Array): string | undefined {
  const isTls = (bytes[0] === TLS_HANDSHAKE || bytes[0] === TLS_ALERT) && bytes[1] === TLS_MAJOR;
  if (isTls) return 'TLS, so perhaps only one end has the option tls';
  const text = String.fromCharCode(...bytes.subarray(0, LOOKED_AT));
  return BEGINNINGS.find(([beginning]) => beginning.test(text))?.[1];
}
