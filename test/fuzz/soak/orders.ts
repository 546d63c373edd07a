/** What the harness and its three processes say to each other. */

import type { ServerOptions } from '@systole/server';
import type { Door } from './attack.ts';
import type { Letters } from './correspondence.ts';
import type { Glance, Weight } from './gauge.ts';
import type { Ends } from './ledger.ts';
import type { Credentials, Pace } from './plan.ts';

/** What the server is started with. */
export interface ServerConfig {
  readonly pace: Pace;
  /** Whether it judges peers that fall silent. */
  readonly isWatching: boolean;
  /** Options instead of their defaults. */
  readonly limits: Pick<ServerOptions, 'maxMessageBytes' | 'maxUnhandledBytes'>;
}

/** The server at one moment. */
export interface Sight {
  readonly arrivals: number;
  readonly sessions: number;
  readonly parked: number;
  /** From all that have a session now. */
  readonly bytesIn: number;
  readonly ends: Ends;
  /** Lines of its log, from info on, and of which kinds, by level. */
  readonly lines: Readonly<Record<string, number>>;
  readonly letters: Letters;
  /** Since it was last weighed. */
  readonly glance: Glance;
}

/** What the server says. */
export type FromServer =
  | { readonly type: 'listening'; readonly ports: Readonly<Record<Door, number>> }
  | { readonly type: 'sight'; readonly sight: Sight }
  /** After a garbage collection. */
  | { readonly type: 'weight'; readonly weight: Weight }
  /** It sends no more, and everything that it has sent is settled. */
  | { readonly type: 'rested' }
  | { readonly type: 'left' };

/** What the server does. */
export interface ToServer {
  readonly type: 'look' | 'weigh' | 'rest' | 'leave';
}

/** What lawful peers are started with. */
export interface LawfulConfig {
  readonly port: number;
  readonly count: number;
  readonly pace: Pace;
}

/** Round trips of messages, from `send` to the result, in milliseconds. */
export interface RoundTrips {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** All lawful peers at one moment. */
export interface Mood {
  readonly letters: Letters;
  /** What has happened to them that must not, by name and cause. */
  readonly troubles: Readonly<Record<string, number>>;
  /** How often one of them was suspicious of the server: no verdict. */
  readonly suspicions: number;
  /** Since they were last looked at. */
  readonly roundTrips: RoundTrips;
  readonly glance: Glance;
}

/** What lawful peers say. */
export type FromLawful =
  | { readonly type: 'connected'; readonly sessions: readonly string[] }
  | { readonly type: 'mood'; readonly mood: Mood }
  | { readonly type: 'rested' }
  | { readonly type: 'left' };

/** What lawful peers do. */
export interface ToLawful {
  readonly type: 'look' | 'rest' | 'leave';
}

/** What attackers are started with. */
export interface AttackersConfig {
  readonly ports: Readonly<Record<Door, number>>;
  readonly count: number;
  readonly seed: number;
  /** Ids of sessions of lawful peers. */
  readonly sessions: readonly string[];
}

/** What became of an attack, as the attackers see it. */
export interface Tally {
  readonly name: string;
  /** Connections that were made. */
  readonly tried: number;
  /** What the server has done that it must not. */
  readonly breaches: readonly string[];
}

/** What attackers say: when all of their connections are gone. */
export interface FromAttackers {
  readonly type: 'stopped';
  readonly tallies: readonly Tally[];
}

/** What attackers do; they attack from the moment they are started. */
export interface ToAttackers {
  readonly type: 'stop';
}

/** Who shows this is lawful, and not just somebody with an account. */
export function isLawful({ name }: Pick<Credentials, 'name'>): boolean {
  return name.startsWith('lawful ');
}
