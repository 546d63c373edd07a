import type { Socket } from 'node:net';
import { SocketAddress } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, peerAddressOf, unmap, writeAddress } from '../src/peer-address.ts';

describe('peerAddressOf and writeAddress', () => {
  const localAddress = '10.0.0.1';
  it.each([
    { remoteAddress: '10.0.0.7', remotePort: 51_234, localAddress, text: '10.0.0.7:51234' },
    { remoteAddress: '::ffff:10.0.0.7', remotePort: 51_234, localAddress, text: '10.0.0.7:51234' },
    { remoteAddress: '2001:db8::7', remotePort: 51_234, localAddress, text: '[2001:db8::7]:51234' },
    { remoteAddress: 'fe80::7%eth0', remotePort: 51_234, localAddress, text: '[fe80::7%eth0]:51234' },
    { remoteAddress: undefined, remotePort: undefined, localAddress: undefined, text: 'unix' },
  ])('write $text', ({ text, ...socket }) => {
    const address = peerAddressOf(socket as unknown as Socket);
    expect(address && writeAddress(address)).toBe(text);
  });

  it('know nothing of a peer that the kernel has forgotten: it is not at a Unix socket', () => {
    const socket = { remoteAddress: undefined, remotePort: undefined, localAddress };
    expect(peerAddressOf(socket as unknown as Socket)).toBeUndefined();
  });
});

describe('addressKey', () => {
  it.each([
    { host: '10.0.0.7', key: '10.0.0.7' },
    { host: '::ffff:10.0.0.7', key: '10.0.0.7' },
    { host: '::FFFF:a00:7', key: '10.0.0.7' },
    { host: '0:0:0:0:0:ffff:10.0.0.7', key: '10.0.0.7' },
    { host: '2001:db8:1:2:3:4:5:6', key: '2001:db8:1:2::/64' },
    { host: '2001:0DB8:0001:0002::', key: '2001:db8:1:2::/64' },
    { host: '2001:db8:1:2:ffff:ffff:ffff:ffff', key: '2001:db8:1:2::/64' },
    { host: '2001:db8:1:3::', key: '2001:db8:1:3::/64' },
    { host: '2001:db8::1:2', key: '2001:db8:0:0::/64' },
    { host: 'fe80::1%eth0', key: 'fe80:0:0:0::/64' },
    { host: 'fe80::2%eth1.5', key: 'fe80:0:0:0::/64' },
    { host: '::', key: '0:0:0:0::/64' },
    { host: '::1', key: '0:0:0:0::/64' },
    { host: '1::', key: '1:0:0:0::/64' },
    { host: '64:ff9b::10.0.0.7', key: '64:ff9b:0:0::/64' },
    { host: undefined, key: undefined },
  ])('counts $host for $key', ({ host, key }) => {
    expect(addressKey({ host, port: 51_234 })).toBe(key);
  });

  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });

  it('counts all spellings of an IPv6 address alike, and with it all that begin with the same 64 bits', () => {
    const property = fc.property(groups, groups, (those, others) => {
      const host = those.map((part) => part.toString(16)).join(':');
      const { address } = new SocketAddress({ address: host, family: 'ipv6' });
      const spellings = [host, host.toUpperCase(), address, `${address}%lo`];
      const neighbour = [...those.slice(0, 4), 1, ...others.slice(5)].map((part) => part.toString(16)).join(':');
      const isMapped = those.slice(0, 5).every((part) => part === 0) && those[5] === 0xffff;
      const keys = new Set(spellings.map((spelling) => addressKey({ host: spelling, port: 1 })));
      expect(keys.size).toBe(1);
      expect(keys.has(addressKey({ host: neighbour, port: 1 }))).toBe(!isMapped);
    });
    void fc.assert(property, { examples: [[[0, 0, 0, 0, 0, 0xffff, 0xa00, 7], Array<number>(8).fill(2)]] });
  });
});

describe('unmap', () => {
  it.each([
    { host: '10.0.0.7', plain: '10.0.0.7' },
    { host: '::ffff:10.0.0.7', plain: '10.0.0.7' },
    { host: '::fffe:10.0.0.7', plain: '::fffe:10.0.0.7' },
    { host: 'fe80::1%eth0', plain: 'fe80::1' },
  ])('makes $plain of $host', ({ host, plain }) => {
    expect(unmap(host)).toBe(plain);
  });
});
