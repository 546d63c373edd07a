/** The numbers of a soak, and who is who in it. */

/** What a soak is asked for. */
export interface SoakOptions {
  /** The calm before the attack included. */
  readonly seconds: number;
  readonly lawful: number;
  /** Connections that attack at one time. */
  readonly attackers: number;
  readonly seed: number;
}

/** How fast both ends are, in milliseconds. */
export interface Pace {
  readonly calmMs: number;
  readonly attackMs: number;
  /** Of the server. */
  readonly handshakeTimeoutMs: number;
  readonly keepalive: { readonly idle: number; readonly interval: number; readonly probes: number };
  /** Each lawful session sends a letter so often, and is sent one as often. */
  readonly letterEveryMs: number;
}

/** The default of `handshakeTimeout`. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A shorter attack would be over before the server has judged whoever fell silent in it. */
const LONG_ATTACK_MS = 30_000;

const LONG_CALM_MS = 15_000;

/** A third of the time is calm, 15 s at most. Short soaks beat faster. */
export function paceOf({ seconds }: Pick<SoakOptions, 'seconds'>): Pace {
  const calmMs = Math.min(LONG_CALM_MS, (seconds * 1_000) / 3);
  const attackMs = seconds * 1_000 - calmMs;
  const isLong = attackMs >= LONG_ATTACK_MS;
  return {
    calmMs,
    attackMs,
    handshakeTimeoutMs: isLong ? HANDSHAKE_TIMEOUT_MS : 2_500,
    keepalive: isLong ? { idle: 2_000, interval: 1_000, probes: 3 } : { idle: 1_000, interval: 500, probes: 3 },
    letterEveryMs: isLong ? 2_000 : 500,
  };
}

/** A silent peer is judged within so long. */
export function boundMs({ keepalive: { idle, interval, probes } }: Pace): number {
  return idle + interval * probes;
}

/** How long attackers may come back to sessions of their own: long enough for the cap on their rate. */
export const RESUME_MS = 4_000;

/** What the server lets in: lawful peers, and attackers that have an account. */
export const SECRET = 'correct horse battery staple';

/** What a peer shows the server. */
export interface Credentials {
  readonly name: string;
  readonly secret: string;
}

/** Where lawful peers come from; each attack has a network of its own. */
export const LAWFUL_HOST = '127.0.0.1';

/** 127.1 is that of the first attack. */
const FIRST_NETWORK = 1;

const HOSTS = 250;

/** The host of a lane of an attack. Not two lanes share one, unless there are many. */
export function hostOf(attack: number, lane: number): string {
  return `127.${attack + FIRST_NETWORK}.${Math.floor(lane / HOSTS) % HOSTS}.${(lane % HOSTS) + 1}`;
}

/** Which attack an address such as `127.3.0.7:51234` belongs to; undefined if to none. */
export function attackOf(address: string): number | undefined {
  const [, network] = /^127\.(\d+)\./.exec(address) ?? [];
  const attack = Number(network) - FIRST_NETWORK;
  return attack >= 0 ? attack : undefined;
}
