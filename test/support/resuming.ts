/** Raw peers that come back to their session, or to somebody else's. */

import type { Server, Session } from '@systole/server';
import { bytesOf, helloFrame, mapOf, PREAMBLE, RawPeer } from './raw-peer.ts';

/** What a client keeps of a session in order to come back to it. */
export interface Ticket {
  readonly session: string;
  readonly token: string;
}

/** For long enough. */
const RESUME_MS = 60_000;

/** A raw peer whose session is kept when its connection is lost, and what it got for that. */
export async function openResumable(
  server: Server,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly peer: RawPeer; readonly ticket: Ticket }> {
  const peer = await RawPeer.open(server.address, { resume: RESUME_MS, ...fields });
  const { session, token } = mapOf(await peer.next('welcome'));
  return { peer, ticket: { session: String(session), token: String(token) } };
}

/** A raw peer that says HELLO as {@link openResumable} does, and is turned away, or has to wait for what comes. */
export async function knock(server: Server, fields: Readonly<Record<string, unknown>>): Promise<RawPeer> {
  const peer = await RawPeer.connect(server.address);
  peer.write(PREAMBLE, bytesOf(helloFrame({ resume: RESUME_MS, ...fields })));
  return peer;
}

/** Loses the connection of this session, and waits until the server knows. */
export async function lose(peer: RawPeer, session: Session): Promise<void> {
  const gone = session.next('disconnect');
  peer.socket.destroy();
  await gone;
}
