/** The rivals by name. */

import type { Rival } from './rival.ts';

const LOADERS = {
  net: async () => (await import('./net.ts')).net,
  'net, gathered': async () => (await import('./net.ts')).gathered,
  'net, deadline': async () => (await import('./net.ts')).deadline,
  ws: async () => (await import('./ws.ts')).ws,
  'engine.io': async () => (await import('./engine-io.ts')).engineIo,
  systole: async () => (await import('./systole.ts')).systole,
} satisfies Readonly<Record<string, () => Promise<Rival>>>;

export type RivalName = keyof typeof LOADERS;

/** Only the one that is asked for: the code of the others would lie in its memory. */
export function loadRival(name: RivalName): Promise<Rival> {
  return LOADERS[name]();
}
