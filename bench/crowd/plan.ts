/** How a crowd is shared out among processes, and whether this machine lets each of them have its share. */

import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What one process may have here. */
export interface Limits {
  /** Files, and a connection is one. */
  readonly files: number;
  /** Connections to one port of one address. */
  readonly ports: number;
}

/** What a process of ours has open beside its connections: some 30, and as many again for what Node opens now and then. */
const OTHER_FILES = 64;

/** Of the ports, others use some; and to find one of the last that are free takes the kernel long. */
const USABLE_PORTS = 0.9;

/** From 49152 on: what IANA leaves to everybody. */
const PORTS_OF_IANA = 16_384;

/**
 * How many connections each server has, and each process of clients, of which there are as many.
 *
 * @throws Error that says which limit does not allow it, and how many servers it would take.
 */
export function planShares(connections: number, servers: number, { files, ports }: Limits): number[] {
  if (servers > connections) throw new Error('--servers must be at most --connections');
  const largest = Math.ceil(connections / servers);
  const wants = `${count(connections)} connections at ${servers} servers are ${count(largest)} a process`;
  const allowed = Math.min(files - OTHER_FILES, Math.floor(ports * USABLE_PORTS));
  const cure = allowed > 0 ? `--servers ${Math.ceil(connections / allowed)} would do` : 'raise it';
  if (largest + OTHER_FILES > files) {
    throw new Error(`${wants}, which may have ${count(files)} files open (ulimit -n): ${cure}`);
  }
  if (largest > allowed) throw new Error(`${wants}, and there are ${count(ports)} ports to connect from: ${cure}`);
  return Array.from({ length: servers }, (_, index) => {
    return Math.floor(connections / servers) + (index < connections % servers ? 1 : 0);
  });
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** Those of this process, which its children inherit. */
export function limitsHere(): Limits {
  return { files: filesHere(), ports: portsHere() };
}

/** Node has raised the soft limit to the hard one when it started. */
function filesHere(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}

function portsHere(): number {
  try {
    const [first = 0, last = -1] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .split('\t')
      .map(Number);
    return last - first + 1;
  } catch {
    return PORTS_OF_IANA; // not Linux
  }
}
