/** The tap of a socket: TCP, TLS or Unix. */

import type { Socket } from 'node:net';
import { receivedBytes } from '@systole/core/node';
import { CountingHook } from './counting-hook.ts';
import { ReadableTap } from './readable-tap.ts';
import type { TapListener } from './tap.ts';

/**
 * Looks at the counters that a socket has anyway: there is no listener for its bytes, nor anything else that a chunk has to
 * pass. They count under whatever reads the socket: a 'data' listener, a pipe, `for await`, HTTP/2, which takes its handle away,
 * or nobody, until the buffer is full. Under TLS the raw bytes count, so that part of a record is evidence.
 */
export class SocketTap extends ReadableTap<Socket> {
  #received = 0;
  #chunks: CountingHook | undefined;

  get received(): number {
    this.#received = Math.max(this.#received, receivedBytes(this.stream)); // a closed one counts less
    return this.#received;
  }

  get position(): number {
    return this.stream.bytesWritten;
  }

  get written(): number {
    return this.stream.bytesWritten - this.stream.writableLength;
  }

  override listen(listener: TapListener): void {
    super.listen(listener);
    const { handleBytes } = listener;
    if (handleBytes !== undefined) this.#chunks = new CountingHook(this.stream, 'push', handleBytes);
  }

  override release(): void {
    super.release();
    this.#chunks?.remove();
  }
}
