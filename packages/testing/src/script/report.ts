/** What the script prints: a line for people, or a JSON object, for each thing that happens. */

import type { Address } from '../proxy/address.ts';
import { showAddress } from '../proxy/address.ts';
import type { Condition } from '../proxy/condition.ts';
import type { Toward } from '../proxy/direction.ts';
import type { FaultProxySnapshot } from '../proxy/fault-proxy.ts';
import type { FlowSnapshot } from '../proxy/flow.ts';
import type { Command } from './command.ts';

/** Something that happened. */
export type Report =
  | { readonly type: 'listening'; readonly address: Address; readonly target: Address; readonly http?: Address }
  | { readonly type: 'connection'; readonly id: number; readonly client: string }
  | { readonly type: 'refused'; readonly id: number; readonly error: string }
  | { readonly type: 'end'; readonly id: number; readonly toServerBytes: number; readonly toClientBytes: number }
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'direction'; readonly direction: Toward }
  | { readonly type: 'state'; readonly state: FaultProxySnapshot }
  | { readonly type: 'closed' };

/** A report as people read it. */
export function describeReport(report: Report): string {
  switch (report.type) {
    case 'listening':
      return `listening at ${showAddress(report.address)} for ${showAddress(report.target)}${describeHttp(report.http)}`;
    case 'connection':
      return `connection ${report.id}: ${report.client} has come`;
    case 'refused':
      return `connection ${report.id}: reset, because the target could not be reached: ${report.error}`;
    case 'end':
      return `connection ${report.id}: over, after ${report.toServerBytes} bytes to the server and ${report.toClientBytes} to the client`;
    case 'command':
      return describeCommand(report.command);
    case 'direction':
      return `the next keys are for: ${report.direction}`;
    case 'state':
      return describeState(report.state);
    case 'closed':
      return 'closed';
  }
}

function describeHttp(address: Address | undefined): string {
  return address === undefined ? '' : `, controlled over HTTP at ${showAddress(address)}`;
}

function describeCommand(command: Command): string {
  const where = command.connection === undefined ? '' : `connection ${command.connection}, `;
  return `${where}${command.direction ?? 'both'}: ${describeFault(command)}`;
}

function describeFault(command: Command): string {
  if (command.do === 'set') return describeCondition(command.condition);
  if (command.do === 'truncate') return `${command.ending ?? 'fin'} after ${command.bytes} more bytes`;
  return command.do;
}

function describeCondition(condition: Condition): string {
  if (typeof condition === 'string') return condition;
  const { latency, bytesPerSecond, drip } = condition;
  const parts = [
    latency === undefined ? [] : [`latency ${latency}`],
    bytesPerSecond === undefined ? [] : [`${bytesPerSecond} bytes a second`],
    drip === undefined ? [] : [`a byte each ${drip}`],
  ];
  return parts.flat().join(', ') || 'open';
}

function describeState({ conditions, accepted, refused, connections }: FaultProxySnapshot): string {
  const { toServer, toClient } = conditions;
  const lines = connections.map(({ id, client, state, ...flows }) => {
    return `  connection ${id}: ${client}, ${state}; to the server ${describeFlow(flows.toServer)}; to the client ${describeFlow(flows.toClient)}`;
  });
  const head = `to the server ${describeCondition(toServer)}, to the client ${describeCondition(toClient)}; ${accepted} accepted, ${refused} refused`;
  return [head, ...lines].join('\n');
}

function describeFlow({ condition, passedBytes, heldBytes, ended }: FlowSnapshot): string {
  const end = ended === undefined ? '' : `, ended (${ended})`;
  return `${describeCondition(condition)}, ${passedBytes} bytes passed, ${heldBytes} held${end}`;
}
