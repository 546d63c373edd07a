// Connections of three addresses that come and go in every way there is; the count for each must be exact when they are gone.

import { setImmediate as nextCheck } from 'node:timers/promises';
import type { Server, Session } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { startServer } from '../support/pair.ts';
import { connectFrom, HELLO } from '../support/per-address.ts';
import { makeRandom } from '../support/random.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { bytesOf, helloFrame, mapOf, PREAMBLE, rawFrame } from '../support/raw-peer.ts';

const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const LIMIT = 3;

/** What the server knows of a peer, once it has it. */
interface Known {
  readonly peer: RawPeer;
  /** Undefined as long as it has not introduced itself, and where it was turned away. */
  readonly session: Session | undefined;
  readonly ticket: Readonly<Record<string, unknown>>;
}

type Chance = (below: number) => number;

/** Says HELLO with these fields, and waits for the answer, or until it was destroyed without one. */
async function introduce(server: Server, peer: RawPeer, fields: Readonly<Record<string, unknown>>): Promise<Known> {
  peer.write(PREAMBLE, bytesOf(helloFrame({ resume: 60_000, ...fields })));
  const answer = await Promise.race([peer.frames.first(), peer.closed().then(() => undefined)]);
  if (answer?.type !== 'welcome') return { peer, session: undefined, ticket: {} };
  const { session: id, token } = mapOf(answer);
  const session = [...server.sessions].find((candidate) => candidate.id === id);
  return { peer, session, ticket: { session: id, token, epoch: Number(fields['epoch'] ?? 1) + 1 } };
}

/** Each is one more peer, or fewer. */
const COMING: readonly ((server: Server, from: string, others: readonly Known[], chance: Chance) => Promise<Known>)[] =
  [
    async (server, from) => ({ peer: await connectFrom(from, server), session: undefined, ticket: {} }),
    async (server, from) => {
      const peer = await connectFrom(from, server);
      peer.write(HELLO.subarray(0, 40));
      return { peer, session: undefined, ticket: {} };
    },
    async (server, from) => introduce(server, await connectFrom(from, server), {}),
    async (server, from) => introduce(server, await connectFrom(from, server), { credentials: 'refuse' }),
    async (server, from) => introduce(server, await connectFrom(from, server), { credentials: 'throw' }),
    async (server, from) => {
      const peer = await connectFrom(from, server);
      peer.write(PREAMBLE, bytesOf(helloFrame({ credentials: 'wait' })));
      return { peer, session: undefined, ticket: {} };
    },
    // Of a session that waits, or that has another connection, which is superseded.
    async (server, from, others, chance) => {
      const { ticket = {} } = others[chance(others.length)] ?? {};
      return introduce(server, await connectFrom(from, server), ticket);
    },
  ];

const GOING: readonly ((known: Known) => unknown)[] = [
  ({ peer }) => peer.socket.end(),
  ({ peer }) => peer.socket.destroy(),
  ({ peer }) => peer.socket.resetAndDestroy(),
  ({ peer }) => peer.write(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
  ({ peer }) => peer.write(rawFrame(0x7f)),
  ({ peer }) =>
    peer.send({
      type: 'close',
      scope: 'session',
      code: 'normal',
      lastAccepted: 0,
      retryAfterMs: 0,
      spreadMs: 0,
      reason: '',
    }),
  ({ session }) => session?.destroy(),
  ({ session }) => void session?.close(),
  ({ peer, session }) => {
    peer.socket.destroy();
    session?.destroy();
  },
];

/** Until the server has no connection left. */
async function settled(server: Server): Promise<void> {
  while (server.inspect().sessions + server.inspect().arrivals > 0) await nextCheck();
}

/** How many sessions it may have from now on. */
async function capacityOf(server: Server, from: string): Promise<number> {
  for (let count = 0; ; count += 1) {
    const peer = await connectFrom(from, server);
    peer.write(HELLO);
    if ((await peer.frames.first()).type !== 'welcome') return count;
  }
}

describe('W6: the connections of an address', () => {
  it.each([{ seed: 1 }, { seed: 2 }, { seed: 3 }])(
    'are counted exactly after 150 have come and gone, in 7 ways and 9 ways: 3 of each fit in again, and no fourth; seed $seed',
    async ({ seed }) => {
      const random = makeRandom(seed);
      const chance: Chance = (below) => Math.floor(random() * below);
      const server = await startServer({
        maxConnectionsPerAddress: LIMIT,
        maxHandshakesPerAddress: LIMIT,
        keepalive: false,
        closeTimeout: 50,
        authenticate: ({ credentials }) => {
          if (credentials === 'throw') throw new Error('not today');
          return credentials === 'wait' ? nextCheck('late') : credentials !== 'refuse';
        },
      });
      const here: Known[] = [];
      const all: Known[] = [];
      for (let count = 0; count < 150; count += 1) {
        const come = COMING[chance(COMING.length)];
        const from = ADDRESSES[chance(ADDRESSES.length)];
        if (come !== undefined && from !== undefined && here.length < 8) {
          const known = await come(server, from, all, chance);
          here.push(known);
          all.push(known);
        }
        if (chance(3) > 0) continue;
        const [gone] = here.splice(chance(here.length), 1);
        if (gone !== undefined) GOING[chance(GOING.length)]?.(gone);
      }
      for (const known of here) GOING[chance(GOING.length)]?.(known);
      for (const { peer } of all) peer.socket.destroy();
      await settled(server);
      for (const from of ADDRESSES) expect(await capacityOf(server, from)).toBe(LIMIT);
    },
  );
});
