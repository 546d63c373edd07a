/** What the proxy is told to do, by keys or over HTTP: one kind of plain object for both. */

import { OptionsError } from '@systole/core';
import { checkOptions, integerSchema } from '@systole/core/internal';
import * as v from 'valibot';
import { type Condition, conditionSchema } from '../proxy/condition.ts';
import type { Toward } from '../proxy/direction.ts';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { type Ending, endingSchema, type Faults, towardSchema } from '../proxy/faults.ts';

/** One call of {@link Faults}, of the proxy, or of the one connection whose id it has. */
export type Command = { readonly direction?: Toward; readonly connection?: number } & (
  | { readonly do: 'set'; readonly condition: Condition }
  | { readonly do: 'fin' | 'reset' }
  | { readonly do: 'truncate'; readonly bytes: number; readonly ending?: Ending }
);

const entries: Readonly<Record<Command['do'], v.ObjectEntries>> = {
  set: { condition: conditionSchema },
  fin: {},
  reset: {},
  truncate: { bytes: integerSchema(0, Number.MAX_SAFE_INTEGER), ending: endingSchema },
};

const commonEntries: v.ObjectEntries = {
  do: v.picklist(['set', 'fin', 'reset', 'truncate'], "'set', 'fin', 'reset' or 'truncate'"),
  direction: towardSchema,
  connection: v.optional(integerSchema(1, Number.MAX_SAFE_INTEGER)),
};

/**
 * The command that this is, if it is one.
 *
 * @throws OptionsError that lists everything wrong with it.
 */
export function checkCommand(value: unknown): Command {
  const name = typeof value === 'object' && value !== null && 'do' in value ? value.do : undefined;
  const own = typeof name === 'string' && Object.hasOwn(entries, name) ? entries[name as Command['do']] : anything;
  checkOptions({ ...commonEntries, ...own }, value);
  return value as Command;
}

/** What belongs to some command: with an unknown `do`, that alone is the problem. */
const anything: v.ObjectEntries = Object.fromEntries(
  ['condition', 'bytes', 'ending'].map((name) => [name, v.optional(v.unknown())]),
);

/**
 * Does it.
 *
 * @throws OptionsError if there is no such connection.
 */
export function perform(proxy: FaultProxy, command: Command): void {
  const faults = findFaults(proxy, command.connection);
  if (command.do === 'set') faults.set(command.condition, command.direction);
  else if (command.do === 'truncate') faults.truncate(command.bytes, command.direction, command.ending);
  else faults[command.do](command.direction);
}

function findFaults(proxy: FaultProxy, id: number | undefined): Faults {
  if (id === undefined) return proxy;
  const found = [...proxy.connections].find((connection) => connection.id === id);
  if (found !== undefined) return found;
  throw new OptionsError([{ path: 'connection', requirement: 'the id of a connection that is there', value: id }]);
}
