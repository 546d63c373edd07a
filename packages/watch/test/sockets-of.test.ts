import { channel } from 'node:diagnostics_channel';
import { socketsOf } from '@systole/watch';
import { describe, expect, it } from 'vitest';

describe('socketsOf', () => {
  it('leaves nothing behind where open throws', () => {
    const open = (): never => {
      throw new Error('no such host');
    };
    expect(() => socketsOf(open, () => {})).toThrow('no such host');
    expect(channel('net.client.socket').hasSubscribers).toBe(false);
  });
});
