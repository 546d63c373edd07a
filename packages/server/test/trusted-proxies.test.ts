import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { proxyProtocolSchema, TrustedProxies } from '../src/trusted-proxies.ts';

describe('TrustedProxies', () => {
  it.each([
    { trust: ['10.0.0.0/8'], host: '10.255.0.1', trusts: true },
    { trust: ['10.0.0.0/8'], host: '11.0.0.1', trusts: false },
    { trust: ['10.0.0.0/8'], host: '::ffff:10.0.0.1', trusts: true },
    { trust: ['10.0.0.9/8'], host: '10.1.1.1', trusts: true },
    { trust: ['10.0.0.7'], host: '10.0.0.7', trusts: true },
    { trust: ['10.0.0.7'], host: '10.0.0.8', trusts: false },
    { trust: ['0.0.0.0/0'], host: '203.0.113.9', trusts: true },
    { trust: ['0.0.0.0/0'], host: '2001:db8::1', trusts: false },
    { trust: ['::1'], host: '::1', trusts: true },
    { trust: ['::1'], host: '::2', trusts: false },
    { trust: ['::1/64'], host: '::1', trusts: true },
    { trust: ['::1/64'], host: '203.0.113.9', trusts: false },
    { trust: ['::/0'], host: '::ffff:203.0.113.9', trusts: false },
    { trust: ['::ffff:10.0.0.0/104'], host: '10.1.1.1', trusts: true },
    { trust: ['::ffff:10.0.0.0/104'], host: '::ffff:11.0.0.1', trusts: false },
    { trust: ['::ffff:10.0.0.0/95'], host: '10.1.1.1', trusts: false },
    { trust: ['fe80::/10'], host: 'fe80::1%eth0', trusts: true },
    { trust: ['2001:db8::/32', '10.0.0.0/8'], host: '2001:db8:ffff::1', trusts: true },
    { trust: ['2001:db8::/32', '10.0.0.0/8'], host: '2001:db9::1', trusts: false },
    { trust: ['unix'], host: undefined, trusts: true },
    { trust: ['unix'], host: '127.0.0.1', trusts: false },
    { trust: ['0.0.0.0/0', '::/0'], host: undefined, trusts: false },
  ])('$trust and $host: $trusts', ({ trust, host, trusts }) => {
    expect(new TrustedProxies({ trust }).trusts({ host, port: 1 })).toBe(trusts);
  });

  it('looks at each of the first bits of an IPv4 address, and at no other', () => {
    const property = fc.property(fc.nat(32), fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), (prefix, network, host) => {
      const trusted = new TrustedProxies({ trust: [`${dotted(network)}/${prefix}`] });
      const step = 2 ** (32 - prefix);
      const isWithin = Math.floor(network / step) === Math.floor(host / step);
      expect(trusted.trusts({ host: dotted(host), port: 1 })).toBe(isWithin);
    });
    void fc.assert(property, { examples: [[9, 0x0a80_0000, 0x0aff_0000]] });
  });

  it('looks at each of the first bits of an IPv6 address, and at no other', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    const property = fc.property(fc.nat(128), groups, fc.nat(127), (prefix, network, flipped) => {
      const index = Math.floor(flipped / 16);
      const bit = 0x8000 >> (flipped % 16);
      const host = network.map((group, at) => (at === index ? group ^ bit : group));
      // Written within IPv6, an IPv4 address is one of IPv4: that is not the matter here.
      fc.pre(![network, host].some((all) => all[5] === 0xffff));
      const trusted = new TrustedProxies({ trust: [`${coloned(network)}/${prefix}`] });
      expect(trusted.trusts({ host: coloned(host), port: 1 })).toBe(flipped >= prefix);
    });
    void fc.assert(property);
  });
});

describe('proxyProtocolSchema', () => {
  it.each(['10.0.0.0/8', '10.0.0.7', '0.0.0.0/0', '::/0', '2001:db8::/128', '::ffff:10.0.0.0/104', 'unix'])(
    'takes %s',
    (entry) => {
      expect(v.safeParse(proxyProtocolSchema, { trust: [entry] }).success).toBe(true);
    },
  );

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/+8',
    '::1%lo',
    'UNIX',
    7,
  ])('refuses %s', (entry) => {
    expect(v.safeParse(proxyProtocolSchema, { trust: ['::1', entry] }).success).toBe(false);
  });
});

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function coloned(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}
