/**
 * A TCP fault proxy: put it between your client and your server, and let either of them meet a peer that dies.
 *
 * @module @systole/testing/proxy
 */

export type { Duration, EventIterator, EventOf, TypedEvents, WaitOptions } from '@systole/core';
export type { Address, Place, TcpPlace } from './address.ts';
export type { Condition, Shape } from './condition.ts';
export type { Direction, Toward } from './direction.ts';
export {
  type FaultProxy,
  type FaultProxyEvents,
  type FaultProxySnapshot,
  startFaultProxy,
} from './fault-proxy.ts';
export type { Ending, Faults } from './faults.ts';
export type { FlowSnapshot } from './flow.ts';
export type { FaultProxyOptions } from './options.ts';
export type { ConnectionSnapshot, ConnectionState, ProxyConnection } from './proxied-connection.ts';
