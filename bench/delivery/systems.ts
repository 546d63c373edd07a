/** The systems by name, in the order of the tables. The first is what the others are measured by. */

import { gathered, net } from './net.ts';
import type { System } from './system.ts';
import { systole } from './systole.ts';
import { ws } from './ws.ts';

export const SYSTEMS = { net, 'net, gathered': gathered, ws, systole } satisfies Readonly<Record<string, System>>;

export type SystemName = keyof typeof SYSTEMS;

export const SYSTEM_NAMES = Object.keys(SYSTEMS) as readonly SystemName[];

export const FLOOR: SystemName = 'net';
