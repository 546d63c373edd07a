/** The process at the other end: connects, answers messages and probes, and does what it is told. It does not watch us. */

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import process from 'node:process';
import { connect } from '@systole/client';
import { endWithParent } from '../support/program.ts';

endWithParent();

// Systole keeps its socket to itself, but Node shows each one to whoever asks; we need it for the reset.
let socket: Socket | undefined;
subscribe('net.client.socket', (message) => {
  socket = (message as { socket: Socket }).socket;
});

const client = connect({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  keepalive: false,
  reconnect: false,
  onMessage: () => `process ${process.pid}`,
});

process.on('message', (order) => {
  if (order === 'reset') socket?.resetAndDestroy();
  if (order === 'goodbye') client.close('my shift is over');
});
