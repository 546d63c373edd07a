/** The kernel's own keepalive as a second belt: never before our own verdict. */

import { Socket } from 'node:net';

/** As Node has it from 24.19 and 26.4 on (nodejs/node#63825); the types of older ones do not know it. */
type SetKeepAlive = (enable: boolean, idleMs: number, intervalMs: number, probes: number) => unknown;

/** The highest TCP_KEEPIDLE that Linux takes (MAX_TCP_KEEPIDLE). */
const MAX_IDLE_MS = 32_767_000;

/** Our own probes have had their time by now; these only have to be few, and not lost together. */
const INTERVAL_MS = 5_000;
const PROBES = 3;

/**
 * Lets the kernel ask from `silenceMs` of silence on, in whole seconds, and end the connection with ETIMEDOUT 15 s later.
 * Does nothing where Node cannot set all three values, as then 11 s would end what we still ride out; nor for a silence
 * longer than the kernel can count.
 */
export function setKernelKeepalive(socket: Socket, silenceMs: number): void {
  // Older Nodes take two arguments and ignore the others.
  if (Socket.prototype.setKeepAlive.length < 4 || silenceMs > MAX_IDLE_MS) return;
  const idleMs = Math.ceil(silenceMs / 1_000) * 1_000;
  const setKeepAlive: SetKeepAlive = socket.setKeepAlive;
  setKeepAlive.call(socket, true, idleMs, INTERVAL_MS, PROBES);
}
