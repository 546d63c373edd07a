// Places and addresses, as the proxy takes and shows them.

import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Address, Place } from '../../src/proxy/address.ts';
import { addressOfServer, resolvePlace, showAddress, showPeer } from '../../src/proxy/address.ts';

describe('a place', () => {
  it.each<[Place, Address, string]>([
    [4_711, { host: '127.0.0.1', port: 4_711 }, '127.0.0.1:4711'],
    [{ port: 0 }, { host: '127.0.0.1', port: 0 }, '127.0.0.1:0'],
    [{ host: '::1', port: 80 }, { host: '::1', port: 80 }, '[::1]:80'],
    [{ host: 'gateway.example', port: 80 }, { host: 'gateway.example', port: 80 }, 'gateway.example:80'],
    [{ path: '/run/a.sock' }, { path: '/run/a.sock' }, '/run/a.sock'],
  ])('%o is %o, written %s', (place, address, shown) => {
    expect(resolvePlace(place)).toEqual(address);
    expect(showAddress(address)).toBe(shown);
  });
});

describe('the address of a server', () => {
  it.each<[Parameters<typeof addressOfServer>[0], Address]>([
    [
      { address: '::1', family: 'IPv6', port: 1 },
      { host: '::1', port: 1 },
    ],
    ['/run/a.sock', { path: '/run/a.sock' }],
  ])('%o is %o', (address, resolved) => {
    expect(addressOfServer(address)).toEqual(resolved);
  });

  it('is none where 0 servers listen', () => {
    expect(() => addressOfServer(null)).toThrow('it does not listen');
  });
});

it('a peer without an address, as on a Unix socket, is shown as unix', () => {
  expect(showPeer(new Socket())).toBe('unix');
});
