import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { setKernelKeepalive } from '../../src/node/kernel-keepalive.ts';

/** Node's own, old or new. */
const own = Socket.prototype.setKeepAlive;

describe('The kernel as a second belt', () => {
  afterEach(() => {
    Socket.prototype.setKeepAlive = own;
  });

  /** A Node that can set all three values. */
  function beNew() {
    const set = vi.fn();
    Socket.prototype.setKeepAlive = function (
      this: Socket,
      _enable?: unknown,
      _idle?: unknown,
      _interval?: unknown,
      _count?: unknown,
    ) {
      set(_enable, _idle, _interval, _count);
      return this;
    } as typeof own;
    return set;
  }

  it('asks after our longest bound, in whole seconds, 3 times in 15 s', () => {
    const set = beNew();
    setKernelKeepalive(new Socket(), 134_001);
    expect(set.mock.calls).toEqual([[true, 135_000, 5_000, 3]]);
  });

  it('is left alone where Node takes 2 arguments: its 11 s would beat us', () => {
    const set = vi.fn();
    Socket.prototype.setKeepAlive = function (this: Socket, _enable?: boolean, _idle?: number) {
      set();
      return this;
    };
    setKernelKeepalive(new Socket(), 135_000);
    expect(set).not.toHaveBeenCalled();
  });

  it('is left alone for a silence of more than 32,767 s, which the kernel cannot count', () => {
    const set = beNew();
    setKernelKeepalive(new Socket(), 32_767_001);
    setKernelKeepalive(new Socket(), Number.MAX_SAFE_INTEGER);
    expect(set).not.toHaveBeenCalled();
  });
});
