/**
 * What a test against dying peers needs: virtual time, and a network that fails on demand.
 *
 * @module @systole/testing
 */

export type {
  Alarm,
  AlarmOptions,
  AlarmOwner,
  Clock,
  Instant,
  Stall,
  Transport,
  TransportError,
  TransportListener,
} from '@systole/core';
export { type Chunking, type Chunks, chunksOf, randomChunks } from './chunking.ts';
export type { LinkEnd, Traffic } from './link-end.ts';
export { ManualClock } from './manual-clock.ts';
export { seededRandom } from './random.ts';
export { SimulatedClock } from './simulated-clock.ts';
export { type DirectionOptions, type LinkDirection, type LinkOptions, SimulatedLink } from './simulated-link.ts';
export { SimulatedWorld } from './simulated-world.ts';
export type { Process, Timeline } from './timeline.ts';
