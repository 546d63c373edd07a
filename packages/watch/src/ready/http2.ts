/**
 * An HTTP/2 session of Node, client or server, watched by its own PING frames.
 *
 * @module @systole/watch/http2
 */

import type { Buffer } from 'node:buffer';
import type { Http2Session } from 'node:http2';
import { constants } from 'node:http2';
import type { Socket } from 'node:net';
import type { NamedEnd } from '@systole/core';
import type { ReadyOptions, Watch } from '../api.ts';
import { refuse } from '../readable-tap.ts';
import { SocketTap } from '../socket-tap.ts';
import { StreamWatch } from '../stream-watch.ts';
import type { TapListener } from '../tap.ts';
import { withProbe } from './with-probe.ts';

/**
 * Watches an HTTP/2 session until it ends. A probe is a PING frame, which the peer's library answers by itself; bytes are
 * counted on the socket of the session, raw ones under TLS, so that a large answer on its way is evidence. A stream that is
 * not read holds back no PING, as each has a window of its own.
 *
 * A verdict destroys the session and its socket at once. Each stream under way fails with an 'error', and does not merely
 * end; the session has no 'error', as nobody may listen, but 'close'.
 *
 * A GOAWAY of the peer names the end that follows it: `going-away`, `too-many-pings` as gRPC servers say it, or `closed-by-peer`.
 *
 * @example
 * connect('https://example.org', {}, (session) => watchHttp2(session));
 * server.on('session', (session) => watchHttp2(session));
 *
 * @throws OptionsError that lists every problem; SystoleError with `ERR_SOCKET` for a session that has ended, is not
 * connected yet, or is watched already.
 */
export function watchHttp2(session: Http2Session, options: ReadyOptions = {}): Watch {
  return new StreamWatch(withProbe(options, () => ping(session))).takeOnly(() => new Http2Tap(session));
}

/** Resolves at its answer; rejects if the session is gone first, or has more pings out than its `maxOutstandingPings`. */
function ping(session: Http2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error: Error | null) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** What Node takes, and its types do not tell: no error for the session itself, but one for each of its streams. */
interface Failing {
  destroy(error: Error | null | undefined, code: number): void;
}

/**
 * The tap of the socket below a session. HTTP/2 reads and writes on the handle of the socket, whose counters count on; nothing of
 * it passes the socket as a stream, so that it is never paused.
 */
class Http2Tap extends SocketTap {
  readonly #session: Http2Session;
  readonly #onGoaway = (code: number, _last: number, data?: Buffer): void => {
    this.#goodbye ??= endOfGoaway(code, data?.toString());
  };
  #goodbye: NamedEnd | undefined;

  constructor(session: Http2Session) {
    super(socketOf(session));
    this.#session = session;
  }

  override get end(): NamedEnd | undefined {
    const end = super.end;
    return end === undefined ? undefined : this.#name(end);
  }

  override listen(listener: TapListener): void {
    super.listen({ handleEnd: (end) => listener.handleEnd(this.#name(end)) });
    this.#session.on('goaway', this.#onGoaway);
  }

  /**
   * Both: a session alone that is closing already only ends its socket, and one whose writes are stuck waits for them. The code
   * is there for the streams, which would otherwise look as if their answers were complete.
   */
  override destroy(): void {
    (this.#session as Failing).destroy(null, constants.NGHTTP2_CONNECT_ERROR);
    super.destroy();
  }

  override release(): void {
    super.release();
    this.#session.off('goaway', this.#onGoaway);
  }

  /** What the end of the socket meant. */
  #name(end: NamedEnd): NamedEnd {
    if (this.#goodbye !== undefined) return this.#goodbye;
    const isOurs = end.cause === 'eof' && this.#session.destroyed; // it has closed, and FIN is the answer
    return isOurs ? { cause: 'closed-locally' } : end;
  }
}

/**
 * What `session.socket` shows is a stand-in that refuses half of a socket's methods, and all of them once the session has
 * ended. A method that returns its socket gives the socket itself.
 *
 * @throws SystoleError with `ERR_SOCKET` if there is none, or none yet.
 */
function socketOf(session: Http2Session): Socket {
  if (session.destroyed) throw refuse('open', 'an HTTP/2 session that has ended');
  if (session.connecting)
    throw refuse('connected', 'an HTTP/2 session that is not, or not yet: wait for its connect event');
  return session.socket.off('close', nobody);
}

function nobody(): void {}

/** RFC 9113, 7: by number. */
const ERROR_CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** What gRPC servers write into the GOAWAY for who pings too often. */
const TOO_MANY_PINGS = 'too_many_pings';

function endOfGoaway(number: number, detail: string | undefined): NamedEnd {
  const code = ERROR_CODES[number] ?? `${number}`;
  if (code === 'NO_ERROR') return { cause: 'going-away', code, detail };
  return { cause: detail === TOO_MANY_PINGS ? 'too-many-pings' : 'closed-by-peer', code, detail };
}
