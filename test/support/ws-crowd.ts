/**
 * Program: any number of WebSocket clients, with a way of some length between them and each of their servers. They never end a
 * connection by themselves; when it was ended, they come back.
 */

import { startFaultProxy } from '@systole/testing/proxy';
import { WebSocket } from 'ws';
import { programConfig, say } from './program.ts';

/** What it is started with. */
export interface WsCrowdConfig {
  /** For all of them; the servers find it as the path. */
  readonly name: string;
  /** To each server. */
  readonly clients: number;
  readonly ports: readonly number[];
  /** What everything is on its way, in each direction. */
  readonly latencyMs: number;
}

/** Everyone is connected. */
export type FromWsCrowd = { readonly type: 'connected' };

const { name, clients, ports, latencyMs } = programConfig<WsCrowdConfig>();

/** Resolves when it is open. */
function connect(port: number): Promise<void> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${name}`);
  ws.on('error', () => {}); // 'close' follows
  ws.on('close', () => void connect(port));
  return new Promise((resolve) => ws.on('open', resolve));
}

for (const target of ports) {
  const proxy = await startFaultProxy({ target });
  proxy.set({ latency: latencyMs });
  const { port } = proxy.address as { readonly port: number };
  await Promise.all(Array.from({ length: clients }, () => connect(port)));
}
say<FromWsCrowd>({ type: 'connected' });
