/** TLS on a socket of our own, so that its bytes can be counted below the records (L2). */

import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { createSecureContext, connect as startTls } from 'node:tls';
import { OptionsError } from '@systole/core';
import { findTextsWithoutPem, flawOfTls } from '@systole/core/internal';
import type { Target } from './target.ts';

/**
 * Options of `tls.connect`, without those that say where to: `ca`, `cert` and `key` for mutual TLS, `servername` where
 * the certificate is for another name than the host, and all others. True for none: the system's authorities are trusted.
 */
export type ClientTls = true | Omit<ConnectionOptions, 'socket' | 'host' | 'port' | 'path' | 'lookup' | 'timeout'>;

/** The same, with certificates and keys read once. */
export type TlsConfig = ConnectionOptions;

/** @throws OptionsError if certificate or key cannot be read, or do not belong together. */
export function resolveTls(tls: ClientTls): TlsConfig {
  const options = tls === true ? {} : tls;
  const problems = findTextsWithoutPem(options, ['ca', 'cert', 'key']);
  if (problems.length > 0) throw new OptionsError(problems);
  try {
    return { ...options, secureContext: options.secureContext ?? createSecureContext(options) };
  } catch (cause) {
    const requirement = `something that node:tls can use (it says: ${flawOfTls(cause)})`;
    throw new OptionsError([{ path: 'tls', requirement, value: tls }]);
  }
}

/** Starts TLS on a connected socket; `settle` hears how it went. Returns how to give it up. */
export function secure(
  socket: Socket,
  target: Target,
  tls: TlsConfig,
  settle: { readonly resolve: (socket: Socket) => void; readonly reject: (error: unknown) => void },
): () => void {
  const secured = startTls({ ...nameOf(target), ...tls, socket });
  const failed = (error: Error): void => settle.reject(explained(error));
  const established = (): void => {
    secured.off('error', failed);
    settle.resolve(secured);
  };
  secured.once('secureConnect', established);
  secured.once('error', failed);
  return () => {
    secured.off('secureConnect', established);
    secured.off('error', failed);
    secured.on('error', () => {}); // what happens to it now is nobody's concern
    secured.destroy();
    socket.destroy();
  };
}

/** Node's own words for a FIN in the midst of TLS, where no system call has failed, leave out what it usually comes from. */
function explained(error: NodeJS.ErrnoException): Error {
  const { code, syscall, message } = error;
  if (code !== 'ECONNRESET' || syscall !== undefined) return error;
  return Object.assign(new Error(`${message}: the peer may not speak TLS`, { cause: error }), { code });
}

/** The certificate must be for this name; SNI (RFC 6066) carries names only. */
function nameOf(target: Target): ConnectionOptions {
  if ('path' in target) return {};
  const { host } = target;
  return isIP(host) === 0 ? { host, servername: host } : { host };
}
