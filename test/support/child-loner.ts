/**
 * Program: a client that nothing but Systole keeps alive: its channel to the parent does not, and its socket no longer
 * does after `connect`. So it does not use `program.ts`, which listens to the channel.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import process from 'node:process';
import type { ClientOptions } from '@systole/client';
import { connect } from '@systole/client';

const sockets: Socket[] = [];
subscribe('net.client.socket', (message) => sockets.push((message as { socket: Socket }).socket));

const client = connect(JSON.parse(process.argv[2] ?? '{}') as ClientOptions);
client.on('reconnecting', ({ attempt }) => process.send?.({ type: 'reconnecting', attempt }));
client.on('connect', () => {
  process.send?.({ type: 'connect' });
  for (const socket of sockets) socket.unref();
});
