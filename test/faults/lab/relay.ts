/** Program: fault proxies on the router, one for each link, which do to the bytes of connections what rules for packets cannot. */

import process from 'node:process';
import type { Condition, Toward } from '@systole/testing/proxy';
import { startFaultProxy } from '@systole/testing/proxy';
import { programConfig, say } from '../../support/program.ts';
import { LINKS } from './links.ts';

/** What it is started with. */
export interface RelayConfig {
  readonly farAddress: string;
}

/** What it says. */
export type FromRelay =
  /** It listens. */
  | { readonly type: 'listening' }
  /** It has done what it was told. */
  | { readonly type: 'done' };

/** What it does to all connections; the far end is the server. */
export type ToRelay =
  | { readonly type: 'set'; readonly condition: Condition; readonly toward: Toward }
  /** Their end in this direction, though the other one goes on. */
  | { readonly type: 'fin'; readonly toward: Toward };

const { farAddress } = programConfig<RelayConfig>();
const proxies = await Promise.all(
  LINKS.map(({ port }) => startFaultProxy({ listen: { host: '0.0.0.0', port }, target: { host: farAddress, port } })),
);

process.on('message', (order: ToRelay) => {
  for (const proxy of proxies) {
    if (order.type === 'set') proxy.set(order.condition, order.toward);
    else proxy.fin(order.toward);
  }
  say<FromRelay>({ type: 'done' });
});
say<FromRelay>({ type: 'listening' });
