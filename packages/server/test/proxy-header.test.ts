// The header of a balancer, against vectors worked out from doc/proxy-protocol.txt of HAProxy, 2.1 and 2.2.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addition,
  binary,
  IPV4_BODY,
  IPV6_BODY,
  LOCAL,
  line,
  PROXY,
  SIGNATURE,
  TCP4,
  TCP6,
  UNIX_BODY,
  UNIX_STREAM,
  UNSPEC,
} from '../../../test/support/proxy-headers.ts';
import type { HeaderState } from '../src/proxy-header.ts';
import { MAX_HEADER_BYTES, ProxyHeaderReader } from '../src/proxy-header.ts';

const IPV4 = { host: '192.0.2.7', port: 51_234 };
const IPV6 = { host: '2001:db8::7', port: 51_234 };

/** What follows a header: it may look like anything. */
const REST = Buffer.from('\r\nPROXY e5 53');

interface Good {
  readonly what: string;
  readonly header: Uint8Array;
  readonly source: { readonly host: string | undefined; readonly port: number | undefined } | undefined;
}

const SSL = addition(0x20, Buffer.concat([Uint8Array.of(1, 0, 0, 0, 0), addition(0x21, Buffer.from('TLSv1.3'))]));
const ALPN = addition(0x01, Buffer.from('systole'));
const FULL = Buffer.alloc(MAX_HEADER_BYTES - 16 - IPV4_BODY.length, 4);

const GOOD: readonly Good[] = [
  { what: 'TCP4', header: line('PROXY TCP4 192.0.2.7 192.0.2.1 51234 443'), source: IPV4 },
  {
    what: 'the longest of TCP4',
    header: line(`PROXY TCP4 ${'255.255.255.255 '.repeat(2)}65535 65535`),
    source: { host: '255.255.255.255', port: 65_535 },
  },
  { what: 'ports 0', header: line('PROXY TCP4 0.0.0.0 0.0.0.0 0 0'), source: { host: '0.0.0.0', port: 0 } },
  { what: 'TCP6', header: line('PROXY TCP6 2001:db8::7 2001:db8::1 51234 443'), source: IPV6 },
  { what: 'TCP6 in capitals', header: line('PROXY TCP6 2001:DB8:0:0:0:0:0:7 ::1 51234 443'), source: IPV6 },
  {
    what: 'the longest of TCP6',
    header: line(`PROXY TCP6 ${`${'ffff:'.repeat(7)}ffff `.repeat(2)}65535 65535`),
    source: { host: `${'ffff:'.repeat(7)}ffff`, port: 65_535 },
  },
  {
    what: 'TCP6 that maps IPv4',
    header: line('PROXY TCP6 ::ffff:192.0.2.7 ::1 51234 443'),
    source: { host: '::ffff:192.0.2.7', port: 51_234 },
  },
  { what: 'UNKNOWN', header: line('PROXY UNKNOWN'), source: undefined },
  { what: 'UNKNOWN with 107 bytes of anything', header: line(`PROXY UNKNOWN ${'\xff'.repeat(91)}`), source: undefined },
  { what: 'UNKNOWN with a line feed in it', header: line('PROXY UNKNOWN a\nb\rc'), source: undefined },
  { what: 'IPv4', header: binary(PROXY, TCP4, IPV4_BODY), source: IPV4 },
  { what: 'IPv4 with additions', header: binary(PROXY, TCP4, Buffer.concat([IPV4_BODY, ALPN, SSL])), source: IPV4 },
  { what: 'IPv4 and 4096 bytes', header: binary(PROXY, TCP4, Buffer.concat([IPV4_BODY, FULL])), source: IPV4 },
  { what: 'IPv6', header: binary(PROXY, TCP6, IPV6_BODY), source: IPV6 },
  { what: 'IPv6 with additions', header: binary(PROXY, TCP6, Buffer.concat([IPV6_BODY, SSL])), source: IPV6 },
  {
    what: 'a Unix socket',
    header: binary(PROXY, UNIX_STREAM, UNIX_BODY),
    source: { host: undefined, port: undefined },
  },
  { what: 'UNSPEC', header: binary(PROXY, UNSPEC, Buffer.alloc(0)), source: undefined },
  { what: 'UNSPEC with addresses', header: binary(PROXY, UNSPEC, IPV6_BODY), source: undefined },
  { what: 'IPv4 without a protocol', header: binary(PROXY, 0x10, Buffer.alloc(0)), source: undefined },
  { what: 'a stream without a family', header: binary(PROXY, 0x01, IPV4_BODY), source: undefined },
  { what: 'UDP, which is no connection', header: binary(PROXY, 0x12, IPV4_BODY), source: undefined },
  { what: 'LOCAL', header: binary(LOCAL, UNSPEC, Buffer.alloc(0)), source: undefined },
  { what: 'LOCAL with addresses', header: binary(LOCAL, TCP4, IPV4_BODY), source: undefined },
  { what: 'LOCAL of a family that there is not', header: binary(LOCAL, 0xff, Buffer.alloc(7)), source: undefined },
];

interface Bad {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly detail: RegExp;
}

const PORTS = '192.0.2.7 192.0.2.1';
const NONE = /what came is none/;

const BAD: readonly Bad[] = [
  { what: 'our own preamble', bytes: Uint8Array.of(0xe5), detail: NONE },
  { what: 'TLS', bytes: Uint8Array.of(0x16), detail: NONE },
  { what: 'HTTP', bytes: Buffer.from('G'), detail: NONE },
  { what: 'a POST, which begins as PROXY does', bytes: Buffer.from('PO'), detail: NONE },
  { what: 'lower case', bytes: Buffer.from('p'), detail: NONE },
  { what: 'no blank behind PROXY', bytes: Buffer.from('PROXY\r'), detail: NONE },
  {
    what: 'a signature with a wrong last byte',
    bytes: Buffer.concat([SIGNATURE.subarray(0, 11), Uint8Array.of(0x0d)]),
    detail: NONE,
  },
  { what: 'two blanks', bytes: line(`PROXY  TCP4 ${PORTS} 1 2`), detail: /another family/ },
  { what: 'UDP4', bytes: line(`PROXY UDP4 ${PORTS} 1 2`), detail: /another family/ },
  { what: 'UNKNOWNS', bytes: line('PROXY UNKNOWNS'), detail: /another family/ },
  { what: 'an empty line', bytes: line('PROXY '), detail: /another family/ },
  { what: 'TCP4 alone', bytes: line('PROXY TCP4'), detail: /addresses for TCP4/ },
  {
    what: 'a leading zero in an address',
    bytes: line('PROXY TCP4 192.0.2.07 192.0.2.1 1 2'),
    detail: /addresses for TCP4/,
  },
  { what: 'IPv6 as TCP4', bytes: line('PROXY TCP4 ::1 ::1 1 2'), detail: /addresses for TCP4/ },
  { what: 'a wrong destination', bytes: line('PROXY TCP4 192.0.2.7 localhost 1 2'), detail: /addresses for TCP4/ },
  { what: 'IPv4 as TCP6', bytes: line(`PROXY TCP6 ${PORTS} 1 2`), detail: /addresses for TCP6/ },
  { what: 'two double colons', bytes: line('PROXY TCP6 1::2::3 ::1 1 2'), detail: /addresses for TCP6/ },
  { what: 'a zone', bytes: line('PROXY TCP6 fe80::1%eth0 ::1 1 2'), detail: /addresses for TCP6/ },
  { what: 'one port', bytes: line(`PROXY TCP4 ${PORTS} 1`), detail: /wrong ports/ },
  { what: 'three ports', bytes: line(`PROXY TCP4 ${PORTS} 1 2 3`), detail: /wrong ports/ },
  { what: 'a blank at the end', bytes: line(`PROXY TCP4 ${PORTS} 1 2 `), detail: /wrong ports/ },
  { what: 'port 65536', bytes: line(`PROXY TCP4 ${PORTS} 65536 2`), detail: /wrong ports/ },
  { what: 'port 01', bytes: line(`PROXY TCP4 ${PORTS} 1 01`), detail: /wrong ports/ },
  { what: 'port -1', bytes: line(`PROXY TCP4 ${PORTS} -1 2`), detail: /wrong ports/ },
  { what: 'port 1e3', bytes: line(`PROXY TCP4 ${PORTS} 1e3 2`), detail: /wrong ports/ },
  {
    what: 'a line feed without carriage return',
    bytes: Buffer.from(`PROXY TCP4 ${PORTS} 1 2\n`.padEnd(107)),
    detail: /within 107 bytes/,
  },
  { what: 'no end of line in 107 bytes', bytes: Buffer.from('PROXY UNKNOWN '.padEnd(107)), detail: /within 107 bytes/ },
  { what: 'version 1 in binary', bytes: Buffer.concat([SIGNATURE, Uint8Array.of(0x11)]), detail: /of version 1$/ },
  { what: 'version 3', bytes: Buffer.concat([SIGNATURE, Uint8Array.of(0x31)]), detail: /of version 3$/ },
  { what: 'command 2', bytes: Buffer.concat([SIGNATURE, Uint8Array.of(0x22)]), detail: /unknown command 2/ },
  { what: 'family 4', bytes: binary(PROXY, 0x41, Buffer.alloc(0), 12), detail: /unknown family 4/ },
  { what: 'protocol 3', bytes: binary(PROXY, 0x13, Buffer.alloc(0), 12), detail: /unknown protocol 3/ },
  {
    what: '11 bytes for IPv4',
    bytes: binary(PROXY, TCP4, Buffer.alloc(0), 11),
    detail: /11 bytes for addresses of 12/,
  },
  {
    what: '35 bytes for IPv6',
    bytes: binary(PROXY, TCP6, Buffer.alloc(0), 35),
    detail: /35 bytes for addresses of 36/,
  },
  {
    what: '215 bytes for a Unix socket',
    bytes: binary(PROXY, UNIX_STREAM, Buffer.alloc(0), 215),
    detail: /215 bytes for addresses of 216/,
  },
  { what: '4097 bytes', bytes: binary(PROXY, TCP4, Buffer.alloc(0), 4_097 - 16), detail: /4097 bytes, of which 4096/ },
  {
    what: '65551 bytes of LOCAL',
    bytes: binary(LOCAL, UNSPEC, Buffer.alloc(0), 0xffff),
    detail: /65551 bytes, of which 4096/,
  },
];

/** The state that chunks lead to, and after how many of them. */
function read(chunks: readonly Uint8Array[]): { readonly seen: HeaderState; readonly after: number } {
  const reader = new ProxyHeaderReader();
  for (const [index, chunk] of chunks.entries()) {
    const seen = reader.push(chunk);
    if (seen.state !== 'incomplete') return { seen, after: index + 1 };
  }
  return { seen: { state: 'incomplete' }, after: chunks.length };
}

function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

describe('ProxyHeaderReader', () => {
  it.each(GOOD)('reads $what, in one chunk and byte by byte, to its last byte and no further', ({ header, source }) => {
    const { seen } = read([Buffer.concat([header, REST])]);
    expect(seen).toEqual({ state: 'whole', source, headerBytes: header.length, rest: REST });
    const slow = read(bytewise(Buffer.concat([header, REST])));
    expect(slow).toEqual({
      seen: { state: 'whole', source, headerBytes: header.length, rest: Buffer.alloc(0) },
      after: header.length,
    });
  });

  it.each(BAD)('refuses $what at its last byte, in one chunk and byte by byte', ({ bytes, detail }) => {
    expect(read([bytes]).seen).toMatchObject({ state: 'bad', detail: expect.stringMatching(detail) });
    const { seen } = read(bytewise(bytes));
    expect(seen).toMatchObject({ state: 'bad', detail: expect.stringMatching(detail) });
    const { after } = read(bytewise(bytes.subarray(0, -1)));
    expect([after, read(bytewise(bytes.subarray(0, -1))).seen.state]).toEqual([bytes.length - 1, 'incomplete']);
  });

  it('tells the same however the bytes are cut', () => {
    const property = fc.property(fc.constantFrom(...GOOD), fc.array(fc.nat(300)), ({ header, source }, cuts) => {
      const bytes = Buffer.concat([header, REST]);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const reader = new ProxyHeaderReader();
      for (let index = 1; index < places.length; index += 1) {
        const seen = reader.push(bytes.subarray(places[index - 1], places[index]));
        if (seen.state === 'incomplete') continue;
        expect(seen).toMatchObject({ state: 'whole', source, headerBytes: header.length });
        return;
      }
      expect.unreachable();
    });
    void fc.assert(property, { numRuns: 500 });
  });

  it('decides after 4,096 bytes at the latest, and never throws, whatever comes behind a right beginning', () => {
    const beginnings = [...GOOD.map(({ header }) => header), ...BAD.map(({ bytes }) => bytes)];
    const property = fc.property(fc.constantFrom(...beginnings), fc.nat(120), fc.uint8Array(), (bytes, kept, noise) => {
      const hostile = Buffer.concat([bytes.subarray(0, kept), noise, Buffer.alloc(MAX_HEADER_BYTES, 'x')]);
      const { seen } = read([hostile]);
      expect(seen.state).not.toBe('incomplete');
      if (seen.state === 'whole') expect(seen.headerBytes).toBeLessThanOrEqual(MAX_HEADER_BYTES);
    });
    void fc.assert(property, { numRuns: 1_000 });
  });

  it('keeps what it is given to read, and counts it: 7 bytes', () => {
    const reader = new ProxyHeaderReader();
    reader.push(Buffer.from('PRO'));
    reader.push(Buffer.from(''));
    reader.push(Buffer.from('XY T'));
    expect(reader.buffered).toBe(7);
  });
});
