/** The connections between the two ends: side by side on one path, so that one fault strikes all of them at once. */

/** Who watches: nobody but bare `node:net`; the kernel's keepalive, with the triple that Systole has; Systole. */
const WATCHERS = ['node', 'kernel', 'systole'] as const;

/** What travels on established ones: nothing that is not the watcher's own, or data in both directions all the time. */
const LOADS = ['idle', 'busy'] as const;

export type Watcher = (typeof WATCHERS)[number];
export type Load = (typeof LOADS)[number] | 'dialling';

/** One connection, or the attempt to make one. */
export interface Link {
  readonly watcher: Watcher;
  readonly load: Load;
  readonly port: number;
}

const FIRST_PORT = 4_000;

/** Established ones, each known by its port. */
export const LINKS: readonly Link[] = WATCHERS.flatMap((watcher) => LOADS.map((load) => ({ watcher, load }))).map(
  (link, index) => ({ ...link, port: FIRST_PORT + index }),
);

/** In milliseconds. Not shorter, so that the kernel can be given the same: it counts in whole seconds. */
export const TRIPLE = { idle: 1_000, interval: 1_000, probes: 3 } as const;

/** A triple for a host's kernel. A socket that is told to keep alive, and no more, takes these. */
export function kernelTriple(idleMs: number): Readonly<Record<string, number>> {
  return {
    'ipv4/tcp_keepalive_time': idleMs / 1_000,
    'ipv4/tcp_keepalive_intvl': TRIPLE.interval / 1_000,
    'ipv4/tcp_keepalive_probes': TRIPLE.probes,
  };
}

/** For an attempt: longer than a router takes to find out that nobody has an address, which is 3 s. */
export const HANDSHAKE_MS = 5_000;

/** For finding out an address before that: longer than one attempt of a resolver that has an answer. */
export const DNS_MS = 3_000;
