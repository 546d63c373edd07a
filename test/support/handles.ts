import process from 'node:process';
import { setImmediate as nextCheck } from 'node:timers/promises';

/** How many handles of a kind keep this process alive, such as `TCPSocketWrap`. Those being closed are let go first. */
export async function countHandles(kind: string): Promise<number> {
  await nextCheck();
  await nextCheck();
  return process.getActiveResourcesInfo().filter((name) => name === kind).length;
}
