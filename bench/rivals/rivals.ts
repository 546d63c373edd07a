/** The rivals by name, in the order of the tables. */

import { engineIo } from './engine-io.ts';
import { net } from './net.ts';
import type { Rival } from './rival.ts';
import { systole } from './systole.ts';
import { ws } from './ws.ts';

export const RIVALS = { net, ws, 'engine.io': engineIo, systole } satisfies Readonly<Record<string, Rival>>;

export type RivalName = keyof typeof RIVALS;
