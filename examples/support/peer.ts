/** Program: a peer in a process of its own. It connects to the port that it is given, answers messages and probes, and watches nobody. */

import process from 'node:process';
import { connect } from '@systole/client';
import { endWithParent } from './program.ts';

endWithParent();

connect({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  keepalive: false,
  minPingInterval: '100ms', // the examples are in a hurry
  reconnect: false,
  health: () => ({ status: 'ok', payload: { rssBytes: process.memoryUsage.rss() } }),
  onMessage: () => `process ${process.pid}`,
});
