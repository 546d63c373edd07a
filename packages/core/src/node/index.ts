/** The edges of core: what it needs of Node. */

export { takeOver } from './attachable.ts';
export { CHANNELS, publishRejected } from './diagnostics.ts';
export { findTextsWithoutPem, flawOfTls } from './flaw-of-tls.ts';
export { BOOT_ID, type PartOptions, resolveParts } from './parts.ts';
export { receivedBytes, socketBelow } from './socket-below.ts';
export { fillSocketOptions, type SocketConfig, type SocketOptions } from './socket-options.ts';
export { isAttached, SocketTransport } from './socket-transport.ts';
export { MIN_SLEEP_MS, SystemClock, systemClock, type Timer, type TimeSources } from './system-clock.ts';
