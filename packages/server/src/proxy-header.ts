/** The header of the PROXY protocol, version 1 or 2: for whom a balancer has connected. No I/O. */

import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { PeerAddress } from './peer-address.ts';

// https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, sections 2.1 and 2.2

/** What the bytes so far tell. */
export type HeaderState =
  /** Nothing yet. */
  | { readonly state: 'incomplete' }
  /** No header is like this. */
  | { readonly state: 'bad'; readonly detail: string }
  /** It is whole, and `rest` is behind it. Without a source the balancer speaks for itself, or cannot tell for whom. */
  | {
      readonly state: 'whole';
      readonly source: PeerAddress | undefined;
      readonly headerBytes: number;
      readonly rest: Uint8Array;
    };

const LINE_START = Buffer.from('PROXY ', 'latin1');
const LINE_END = Buffer.from('\r\n', 'latin1');

/** The longest line of version 1, its end included. */
const MAX_LINE_BYTES = 107;

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** Of version 2: signature, version and command, family and protocol, length of what follows. */
const FIXED_BYTES = 16;

/**
 * The longest header of version 2. Its document has the 536 bytes of the smallest TCP segment in mind; a client's certificate
 * among the additions takes more. nginx takes as many.
 */
export const MAX_HEADER_BYTES = 4_096;

/** By the family's number: unspecified, IPv4, IPv6, Unix. Two addresses each, and the ports of both. */
const ADDRESS_BYTES = [0, 12, 36, 216] as const;

const STREAM = 1;
const DATAGRAM = 2;

const INCOMPLETE = { state: 'incomplete' } as const;

/** Reads a header, and decides at the earliest byte that allows it. Push chunks until the state is not `incomplete`. */
export class ProxyHeaderReader {
  #seen: Buffer = Buffer.alloc(0);

  /** Bytes that have come of a header that is not whole. */
  get buffered(): number {
    return this.#seen.length;
  }

  push(chunk: Uint8Array): HeaderState {
    const { buffer, byteOffset, byteLength } = chunk;
    const isFirst = this.#seen.length === 0;
    this.#seen = isFirst ? Buffer.from(buffer, byteOffset, byteLength) : Buffer.concat([this.#seen, chunk]);
    return read(this.#seen);
  }
}

function read(bytes: Buffer): HeaderState {
  if (isBegunBy(bytes, SIGNATURE)) return readBinary(bytes);
  if (isBegunBy(bytes, LINE_START)) return readLine(bytes);
  return bad('a PROXY header is due from there, and what came is none');
}

function isBegunBy(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

// Version 1: a line of text.

function readLine(bytes: Buffer): HeaderState {
  const end = bytes.subarray(0, MAX_LINE_BYTES).indexOf(LINE_END);
  if (end === -1) {
    return bytes.length < MAX_LINE_BYTES ? INCOMPLETE : bad(`a PROXY line does not end within ${MAX_LINE_BYTES} bytes`);
  }
  const [, family, source = '', destination = '', ...ports] = bytes.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return whole(bytes, end + LINE_END.length, undefined);
  if (family !== 'TCP4' && family !== 'TCP6') return bad('a PROXY line is of another family than TCP4, TCP6, UNKNOWN');
  const isAddress = family === 'TCP4' ? isIPv4 : isPlainIPv6;
  if (!isAddress(source) || !isAddress(destination)) return bad(`a PROXY line has wrong addresses for ${family}`);
  const [port = '', ...otherPorts] = ports;
  if (otherPorts.length !== 1 || !ports.every(isPort)) return bad('a PROXY line has wrong ports');
  const host = family === 'TCP4' ? source : canonical(source);
  return whole(bytes, end + LINE_END.length, { host, port: Number(port) });
}

/** A zone means something at its own host only. */
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

// Version 2: numbers.

function readBinary(bytes: Buffer): HeaderState {
  const [versionAndCommand, familyAndProtocol = 0, lengthHigh = 0, lengthLow] = bytes.subarray(SIGNATURE.length);
  if (versionAndCommand === undefined) return INCOMPLETE;
  const command = versionAndCommand & 0xf;
  if (versionAndCommand >> 4 !== 2) return bad(`a PROXY header is of version ${versionAndCommand >> 4}`);
  if (command > 1) return bad(`a PROXY header has the unknown command ${command}`);
  if (lengthLow === undefined) return INCOMPLETE;
  const length = lengthHigh * 256 + lengthLow;
  const headerBytes = FIXED_BYTES + length;
  if (headerBytes > MAX_HEADER_BYTES) {
    return bad(`a PROXY header has ${headerBytes} bytes, of which ${MAX_HEADER_BYTES} are taken`);
  }
  const family = familyAndProtocol >> 4;
  const protocol = familyAndProtocol & 0xf;
  const isLocal = command === 0; // then all else is to be skipped unseen
  const flaw = isLocal ? undefined : findFlaw(family, protocol, length);
  if (flaw !== undefined) return bad(flaw);
  if (bytes.length < headerBytes) return INCOMPLETE;
  const tells = !isLocal && protocol === STREAM;
  return whole(bytes, headerBytes, tells ? readSource(bytes.subarray(FIXED_BYTES), family) : undefined);
}

function findFlaw(family: number, protocol: number, length: number): string | undefined {
  const addressBytes = ADDRESS_BYTES[family];
  if (addressBytes === undefined) return `a PROXY header has the unknown family ${family}`;
  if (protocol > DATAGRAM) return `a PROXY header has the unknown protocol ${protocol}`;
  if (protocol !== STREAM || length >= addressBytes) return undefined;
  return `a PROXY header has ${length} bytes for addresses of ${addressBytes}`;
}

/** What a family that can be told of says; the bytes are all there. */
function readSource(bytes: Buffer, family: number): PeerAddress | undefined {
  switch (family) {
    case 1:
      return { host: bytes.subarray(0, 4).join('.'), port: bytes.readUInt16BE(8) };
    case 2: {
      const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
      return { host: canonical(groups.join(':')), port: bytes.readUInt16BE(32) };
    }
    case 3:
      return { host: undefined, port: undefined };
    default:
      return undefined;
  }
}

/** As Node writes the address of a socket: an address has one spelling in logs, whoever tells it. */
function canonical(host: string): string {
  return new SocketAddress({ address: host, family: 'ipv6' }).address;
}

function whole(bytes: Buffer, headerBytes: number, source: PeerAddress | undefined): HeaderState {
  return { state: 'whole', source, headerBytes, rest: bytes.subarray(headerBytes) };
}

function bad(detail: string): HeaderState {
  return { state: 'bad', detail };
}
