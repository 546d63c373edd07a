/** What is sent: beat by beat, so that it comes in the same chunks each time. */

/** In each beat a piece comes on each connection; then the receiver answers with a byte, and the next one begins. */
export interface Load {
  readonly connections: number;
  /** Of a piece, which is read as one chunk. */
  readonly bytes: number;
  readonly beats: number;
}

/** Turns of about equal length, with `chunks` in one of large ones: those that come one by one cost more, small ones less. */
export function loadsOf(connections: number, chunks: number): readonly Load[] {
  return [
    { connections: 1, bytes: 32, beats: Math.ceil(chunks / 2) },
    { connections, bytes: 32, beats: Math.ceil((1.5 * chunks) / connections) },
    { connections, bytes: 16_384, beats: Math.ceil(chunks / connections) },
  ];
}

export function describeLoad({ connections, bytes }: Load): string {
  return `${connections} x ${bytes < 1_024 ? `${bytes} B` : `${bytes / 1_024} KiB`}`;
}
