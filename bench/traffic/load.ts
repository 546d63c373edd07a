/** What is sent: from a few messages of a few bytes to many large ones. */

import { describeFlags, parseFlags } from '../support/flags.ts';

/** Bursts of two seconds: V8 collects in cycles of some hundred milliseconds, after each pause anew. */
const DEFAULTS = { connections: 100, depth: 64, heartbeat: 5_000, rounds: 3, seconds: 240 };

export type TrafficFlags = typeof DEFAULTS;

const SIZES = [32, 1_024, 65_536] as const;

/** Under way on a connection: more of large messages would measure how memory is filled. */
const MAX_DEPTH_BYTES = 262_144;

/** A window of messages on each connection. */
export interface Load {
  readonly connections: number;
  readonly bytes: number;
  readonly depth: number;
}

/** Each size over one connection and over many. */
export function loadsOf({ connections, depth }: Pick<TrafficFlags, 'connections' | 'depth'>): readonly Load[] {
  return [...new Set([1, connections])].flatMap((count) =>
    SIZES.map((bytes) => ({
      connections: count,
      bytes,
      depth: Math.max(1, Math.min(depth, Math.floor(MAX_DEPTH_BYTES / bytes))),
    })),
  );
}

export function describeLoad({ connections, bytes, depth }: Load): string {
  const size = bytes < 1_024 ? `${bytes} B` : `${bytes / 1_024} KiB`;
  return `${connections} x ${size}, depth ${depth}`;
}

export const TRAFFIC_FLAGS = describeFlags({
  connections: [DEFAULTS.connections, 'the many; each load is also measured over 1'],
  depth: [DEFAULTS.depth, `messages under way on a connection; at most ${MAX_DEPTH_BYTES / 1_024} KiB of them`],
  heartbeat: [DEFAULTS.heartbeat, 'milliseconds between heartbeats; net has none'],
  rounds: [DEFAULTS.rounds, 'rounds, after one to warm up'],
  seconds: [DEFAULTS.seconds, 'for all rounds together'],
});

export function parseTrafficFlags(args: readonly string[]): TrafficFlags {
  return parseFlags(args, DEFAULTS);
}
