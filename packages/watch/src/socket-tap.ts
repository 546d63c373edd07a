/** The tap of a socket: TCP, TLS or Unix. */

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { receivedBytes } from '@systole/core/internal';
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
    const { bytesWritten, writableLength } = this.stream;
    return writableLength === 0 ? bytesWritten : bytesWritten - writableLength - hiddenBytes(this.stream);
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

/**
 * A socket queues text as text, of which `writableLength` counts the characters: the bytes that they take beyond it. Else each
 * text that waits behind a stuck queue would look as if that queue had moved (L4).
 */
function hiddenBytes(socket: Socket): number {
  const { writableBuffer = [] } = socket as { readonly writableBuffer?: readonly Queued[] };
  let bytes = 0;
  for (const { chunk, encoding } of writableBuffer) {
    if (typeof chunk === 'string') bytes += Buffer.byteLength(chunk, encoding) - chunk.length;
  }
  return bytes;
}

/** As Node keeps it, and reads it for `bytesWritten`. */
interface Queued {
  readonly chunk: string | Uint8Array;
  readonly encoding: BufferEncoding;
}
