/** A peer in a process of its own, for what only happens to processes. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { endProgram, startProgram } from '../../support/program.ts';
import type { Column } from './column.ts';

/** A server in a process of its own, and where it listens. */
export interface PeerProcess {
  readonly peer: ChildProcess;
  readonly port: number;
}

/** How a peer takes SIGTERM: says goodbye, or ignores it. */
export type Manners = 'polite' | 'stubborn';

/** Starts a peer, which ends with the trial at the latest. Resolves when it listens. */
export async function startPeer(
  column: Column,
  program: 'plain-peer' | 'systole-peer',
  manners: Manners,
): Promise<PeerProcess> {
  const peer = startProgram(new URL(`./${program}.js`, import.meta.url), manners);
  column.atEnd(() => endProgram(peer));
  const [port] = (await once(peer, 'message')) as [number];
  return { peer, port };
}

/** Connects a plain socket. Resolves when it is connected. */
export async function connectPlain(column: Column, port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  column.atEnd(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}
