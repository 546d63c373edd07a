/** Headers of the PROXY protocol, written out as its document has them. */

/** A line of version 1. */
export function line(text: string): Uint8Array {
  return Buffer.from(`${text}\r\n`, 'latin1');
}

/** How version 2 begins. */
export const SIGNATURE: Uint8Array = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** The 13th byte of version 2: what the balancer does. */
export const LOCAL = 0x20;
export const PROXY = 0x21;

/** The 14th: family and protocol. */
export const UNSPEC = 0x00;
export const TCP4 = 0x11;
export const TCP6 = 0x21;
export const UNIX_STREAM = 0x31;

/** A header of version 2; `length` is what it says of its body. */
export function binary(command: number, family: number, body: Uint8Array, length: number = body.length): Uint8Array {
  return Buffer.concat([SIGNATURE, Uint8Array.of(command, family, length >> 8, length & 0xff), body]);
}

/** Addresses and ports of version 2, of a client at 192.0.2.7:51234 that has dialled 192.0.2.1:443. */
export const IPV4_BODY: Uint8Array = Uint8Array.of(192, 0, 2, 7, 192, 0, 2, 1, 200, 34, 1, 187);

/** ... and of one at [2001:db8::7]:51234 that has dialled [2001:db8::1]:443. */
export const IPV6_BODY: Uint8Array = Buffer.from(
  `20010db8${'0'.repeat(20)}0007${'20010db8'}${'0'.repeat(20)}0001c82201bb`,
  'hex',
);

/** ... and of one at a Unix socket. */
export const UNIX_BODY: Uint8Array = Buffer.alloc(216, '/run/balancer.sock');

/** An addition to a header of version 2. */
export function addition(type: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(type, value.length >> 8, value.length & 0xff), value]);
}
