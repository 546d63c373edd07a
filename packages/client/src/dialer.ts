/** From a target to a connected socket, each step within its own deadline. */

import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { NetConnectOpts, Socket } from 'node:net';
import { connect as connectSocket, isIP } from 'node:net';
import type { Cause, Clock, Instant } from '@systole/core';
import { causeOfTransportError } from '@systole/core/internal';
import type { Target } from './target.ts';
import type { TlsConfig } from './tls.ts';
import { secure } from './tls.ts';

/** A socket that is connected, TLS included. The handshake has what is left until `deadline`. */
export interface Dialled {
  readonly socket: Socket;
  readonly deadline: Instant;
}

/** Why there is none. */
export interface DialFailure {
  readonly cause: Cause;
  readonly error: Error;
}

/** What dialling needs. */
export interface DialConfig {
  readonly clock: Clock;
  /** For the resolution of the name. */
  readonly dnsTimeoutMs: number;
  /** For TCP, TLS and the handshake after them (L10). */
  readonly connectTimeoutMs: number;
  /** Undefined for plain TCP. */
  readonly tls?: TlsConfig | undefined;
  /** Stops it at once. */
  readonly signal: AbortSignal;
}

/**
 * Of several addresses behind a name, Node gives up all but the last after 250 ms, which loses far hosts for good
 * (nodejs/node#54359). This leaves time for a SYN that is lost, and sent again a second later.
 */
const FAMILY_ATTEMPT_MS = 2_000;

/** Dials once. Never rejects; undefined if the signal stopped it. */
export async function dial(target: Target, config: DialConfig): Promise<Dialled | DialFailure | undefined> {
  try {
    const options = await resolveTarget(target, config);
    const deadline = config.clock.now() + config.connectTimeoutMs;
    const socket = await establish(target, options, deadline, config);
    if (!config.signal.aborted) return { socket, deadline };
    socket.destroy(); // stopped between the event and this line
    return undefined;
  } catch (error) {
    if (config.signal.aborted) return undefined;
    return error instanceof Late ? { cause: error.reason, error } : classify(error);
  }
}

/** TCP, and TLS on it, by one deadline. */
async function establish(
  target: Target,
  options: NetConnectOpts,
  deadline: Instant,
  config: DialConfig,
): Promise<Socket> {
  const socket = await within<Socket>(config, deadline, 'connect-timeout', (settle) => open(options, settle));
  const { tls } = config;
  if (tls === undefined) return socket;
  return await within<Socket>(config, deadline, 'handshake-timeout', (settle) => secure(socket, target, tls, settle));
}

async function resolveTarget(target: Target, config: DialConfig): Promise<NetConnectOpts> {
  if ('path' in target) return { path: target.path };
  const { host, port } = target;
  if (isIP(host) !== 0) return { host, port };
  const deadline = config.clock.now() + config.dnsTimeoutMs;
  const addresses = await within<LookupAddress[]>(config, deadline, 'dns', (settle) => {
    lookup(host, { all: true }).then(settle.resolve, settle.reject);
    return () => {}; // getaddrinfo cannot be stopped; its late answer is ignored
  });
  return {
    host,
    port,
    lookup: (_host, _options, callback) => callback(null, addresses),
    autoSelectFamilyAttemptTimeout: Math.min(FAMILY_ATTEMPT_MS, config.connectTimeoutMs / addresses.length),
  };
}

interface Settle<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** A step that took too long. */
class Late extends Error {
  readonly reason: Cause;

  constructor(reason: Cause, timeoutMs: number) {
    super(`not within ${Math.round(timeoutMs)} ms`);
    this.reason = reason;
  }
}

/** Runs a step until it settles, its deadline passes, or the signal stops it. `start` returns how to give the step up. */
function within<Value>(
  { clock, signal }: DialConfig,
  deadline: Instant,
  lateCause: Cause,
  start: (settle: Settle<Value>) => () => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timeoutMs = deadline - clock.now();
    const finish = (): void => {
      alarm.clear();
      signal.removeEventListener('abort', abort);
    };
    const giveUp = (error: unknown): void => {
      finish();
      reject(error);
      stop();
    };
    const abort = (): void => giveUp(signal.reason);
    const handleAlarm = (now: Instant): void => {
      if (now < deadline) alarm.set(deadline);
      else giveUp(new Late(lateCause, timeoutMs));
    };
    const alarm = clock.alarm({ handleAlarm }, { keepsProcess: true });
    const stop = start({
      resolve: (value) => {
        finish();
        resolve(value);
      },
      reject: (error) => {
        finish();
        reject(error);
      },
    });
    alarm.set(deadline);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function open(options: NetConnectOpts, { resolve, reject }: Settle<Socket>): () => void {
  const socket = connectSocket({ ...options, allowHalfOpen: true, noDelay: true });
  const connected = (): void => {
    socket.off('error', reject);
    resolve(socket);
  };
  socket.once('connect', connected);
  socket.once('error', reject);
  return () => {
    socket.off('connect', connected);
    socket.off('error', reject);
    socket.on('error', () => {}); // what happens to it now is nobody's concern
    socket.destroy();
  };
}

/** Where several addresses were tried, Node gives an AggregateError: the last attempt speaks for all. */
function classify(error: unknown): DialFailure {
  const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const last = all.at(-1) as NodeJS.ErrnoException;
  return { cause: causeOfTransportError({ code: last.code, syscall: last.syscall }), error: last };
}
