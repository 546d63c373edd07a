/** Standing still, as a process does that computes for too long. */

/** Nothing else runs in this thread meanwhile: no timer, no read. */
export function blockEventLoop(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
