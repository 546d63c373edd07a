/** How a crowd is shared out among processes and ports, and whether this machine lets each process have its share. */

import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What a process of ours has open beside its connections: some 30, and as many again for what Node opens now and then. */
const OTHER_FILES = 64;

/**
 * Of the ports from which one can connect to one port. Linux looks for a free one among every second first: beyond half of
 * them, it looks at all of those in vain, and a connection takes it milliseconds.
 */
const USABLE_PORTS = 0.4;

/** From 49152 on: what IANA leaves to everybody. */
const PORTS_OF_IANA = 16_384;

/**
 * How many connections each server has, and each process of clients, of which there are as many. `files` is how many a process
 * may have open.
 *
 * @throws Error that says how many servers it would take.
 */
export function planShares(connections: number, servers: number, files: number): number[] {
  if (servers > connections) throw new Error('--servers must be at most --connections');
  const largest = Math.ceil(connections / servers);
  const allowed = files - OTHER_FILES;
  if (largest > allowed) {
    const wants = `${count(connections)} connections at ${servers} servers are ${count(largest)} a process`;
    const cure = allowed > 0 ? `--servers ${Math.ceil(connections / allowed)} would do` : 'raise it';
    throw new Error(`${wants}, which may have ${count(files)} files open (ulimit -n): ${cure}`);
  }
  return Array.from({ length: servers }, (_, index) => {
    return Math.floor(connections / servers) + (index < connections % servers ? 1 : 0);
  });
}

/** At how many ports a server listens for its share. `ports` is from how many one can connect. */
export function planDoors(share: number, ports: number): number {
  return Math.ceil(share / (ports * USABLE_PORTS));
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** How many files a process may have open. Node has raised the soft limit to the hard one when it started. */
export function filesHere(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}

/** From how many ports one can connect. */
export function portsHere(): number {
  try {
    const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim();
    const [first = 0, last = 0] = range.split(/\s+/).map(Number);
    return last - first + 1;
  } catch {
    return PORTS_OF_IANA; // not Linux
  }
}
