import { describe, expect, it } from 'vitest';
import { knowsReusePort, refuseUnknownReusePort } from '../src/reuse-port.ts';

describe('knowsReusePort', () => {
  it.each(['22.12.0', '22.23.3', '23.1.0', '23.11.1', '24.0.0', '26.10.0', '100.0.0'])(
    'says yes of Node %s',
    (version) => {
      expect(knowsReusePort(version)).toBe(true);
    },
  );

  it.each(['20.19.0', '20.20.2', '21.12.0', '22.11.0', '23.0.0', '9.99.9'])('says no of Node %s', (version) => {
    expect(knowsReusePort(version)).toBe(false);
  });
});

describe('refuseUnknownReusePort', () => {
  it('throws ENOTSUP with the version of Node for true on 20.20.2, where it would be ignored', () => {
    const refuse = (): void => refuseUnknownReusePort({ port: 80, reusePort: true }, '20.20.2');
    expect(refuse).toThrow('Node 20.20.2 ignores reusePort, which came with 22.12 and 23.1');
    expect(refuse).toThrow(expect.objectContaining({ code: 'ENOTSUP' }));
  });

  it('lets true pass on 22.12.0, and false and none on any', () => {
    expect(() => refuseUnknownReusePort({ port: 80, reusePort: true }, '22.12.0')).not.toThrow();
    expect(() => refuseUnknownReusePort({ port: 80, reusePort: false }, '20.20.2')).not.toThrow();
    expect(() => refuseUnknownReusePort({ port: 80 }, '20.20.2')).not.toThrow();
  });
});
