/**
 * The edges of core: what it needs of Node.
 *
 * @module @systole/core/node
 */

export { CHANNELS } from './diagnostics.ts';
export type { PartOptions } from './parts.ts';
export type { SocketConfig, SocketOptions } from './socket-options.ts';
export { SocketTransport } from './socket-transport.ts';
export { SystemClock, systemClock, type Timer, type TimeSources } from './system-clock.ts';
