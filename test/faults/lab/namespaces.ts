/**
 * Network namespaces, each with the process id of its run in its name: so that whoever comes later knows whether the run
 * still needs it, however the run ended.
 */

import process from 'node:process';
import { run } from './command.ts';

const PREFIX = 'systole';

let made = 0;

/**
 * A name that no other namespace has, for the run whose main process has this id.
 *
 * @throws Error if that run is over: a test that outlives it must not begin anew what has just been removed.
 */
export function freshName(owner: number): string {
  if (!lives(owner)) throw new Error('the run is over');
  made += 1;
  return `${PREFIX}-${owner}-${process.pid}-${made}`;
}

/** The command line that runs a command inside. `ip` becomes that command, so the process id is its own. */
export function inside(name: string): readonly string[] {
  return ['ip', 'netns', 'exec', name];
}

export async function add(name: string): Promise<void> {
  await run('ip', ['netns', 'add', name]);
}

/** Sets values below `/proc/sys/net`, such as `ipv4/ip_forward`, for this namespace alone. */
export async function tune(name: string, settings: Readonly<Record<string, number>>): Promise<void> {
  const script = Object.entries(settings).map(([key, value]) => `echo ${value} > /proc/sys/net/${key}`);
  const [command = '', ...args] = inside(name);
  await run(command, [...args, 'sh', '-e'], script.join('\n'));
}

/** Every namespace of this machine. */
export async function list(): Promise<readonly string[]> {
  const lines = (await run('ip', ['netns', 'list'])).split('\n');
  return lines.map((line) => line.split(' ')[0] ?? '').filter(Boolean);
}

/** Their process ids. */
export async function processesOf(name: string): Promise<readonly number[]> {
  const pids = await run('ip', ['netns', 'pids', name]);
  return pids.split('\n').filter(Boolean).map(Number);
}

/** Ends the processes in it first, as a namespace lives on while a process lives in it. Does nothing if it is gone. */
export async function remove(name: string): Promise<void> {
  if (!(await list()).includes(name)) return;
  for (const pid of await processesOf(name)) end(pid);
  await run('ip', ['netns', 'del', name]);
}

/** Removes every namespace of the run `owner`, and of runs that are over. Returns those that would not go. */
export async function sweep(owner?: number): Promise<readonly string[]> {
  const left = (await list()).filter((name) => {
    const [prefix, of] = name.split('-');
    return prefix === PREFIX && (Number(of) === owner || !lives(Number(of)));
  });
  const stuck: string[] = [];
  for (const name of left) await remove(name).catch(() => stuck.push(name));
  return stuck;
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
