import type { ServerOptions } from '@systole/server';
import { createServer, OptionsError } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { authority, certificate } from '../support/certificates.ts';

const GOOD = certificate('server');

/** What createServer says of `tls`, given as plain JavaScript gives it. */
function problemsOf(tls: unknown): OptionsError['problems'] {
  try {
    createServer({ tls } as ServerOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    return (error as OptionsError).problems;
  }
  return [];
}

function pathsOf(tls: unknown): string[] {
  return problemsOf(tls).map(({ path }) => path);
}

describe('createServer, before anybody has connected,', () => {
  it.each([
    { what: 'none', tls: undefined },
    { what: 'cert and key', tls: GOOD },
    { what: 'an authority', tls: { ...GOOD, ca: authority() } },
    { what: 'two, in bytes', tls: { ...GOOD, ca: [Buffer.from(authority()), authority('other-ca')] } },
    { what: 'SNICallback alone', tls: { SNICallback: () => {} } },
    { what: 'pskCallback alone', tls: { pskCallback: () => null } },
  ])('finds nothing wrong with $what', ({ tls }) => {
    expect(pathsOf(tls)).toEqual([]);
  });

  it.each([
    { what: 'a text', tls: 'on', paths: ['tls'] },
    { what: 'true', tls: true, paths: ['tls'] },
    { what: 'an array', tls: [GOOD], paths: ['tls'] },
    { what: 'no certificate', tls: {}, paths: ['tls'] },
    { what: 'a key alone', tls: { key: GOOD.key }, paths: ['tls'] },
    { what: 'a certificate without its key', tls: { cert: GOOD.cert }, paths: ['tls.key'] },
    { what: 'the key of another', tls: { ...GOOD, key: certificate('client').key }, paths: ['tls'] },
    { what: 'paths in place of PEM', tls: { cert: 'server.crt', key: 'server.key' }, paths: ['tls.cert', 'tls.key'] },
    { what: 'garbage for an authority', tls: { ...GOOD, ca: [authority(), 'garbage'] }, paths: ['tls.ca'] },
    { what: 'ciphers that do not exist', tls: { ...GOOD, ciphers: 'SECRET' }, paths: ['tls'] },
    { what: 'a version that does not exist', tls: { ...GOOD, minVersion: 'TLSv2' }, paths: ['tls'] },
    {
      what: 'what the server decides',
      tls: { ...GOOD, handshakeTimeout: 1, pauseOnConnect: true, allowHalfOpen: false },
      paths: ['tls.handshakeTimeout', 'tls.allowHalfOpen', 'tls.pauseOnConnect'],
    },
  ])('finds $what: $paths', ({ tls, paths }) => {
    expect(pathsOf(tls)).toEqual(paths);
  });

  it("says in OpenSSL's words what it cannot use", () => {
    const [problem] = problemsOf({ ...GOOD, key: certificate('client').key });
    expect(problem?.requirement).toMatch(/^something that node:tls can use \(it says: .*key values mismatch.*\)$/);
  });
});
