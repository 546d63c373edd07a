/**
 * What a message may be made of: null, booleans, numbers, 64-bit bigints, strings, Uint8Array, arrays and plain objects.
 * What is sent is then what arrives, in any language. Checked here as values, before they are encoded; `plain-msgpack.ts`
 * checks what has come, before it is decoded.
 */

import { MAX_NESTING } from './limits.ts';

/** A path is written down to this depth: who nests deeper, or in a circle, would read nothing but path. */
const SHOWN_DEPTH = 16;

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Where a value is not plain, such as `.items[3].at is an instance of Date`; undefined if it is.
 * `undefined` counts as plain: msgpackr leaves such properties out and writes null elsewhere, as JSON does.
 */
export function findForeign(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return ` is a ${typeof value}`;
  if (typeof value === 'bigint' && (value < MIN_INT64 || value > MAX_UINT64))
    return ' is a bigint of more than 64 bits';
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  // A circle ends here too.
  if (depth === MAX_NESTING) return ` is nested more than ${MAX_NESTING} deep, or in a circle`;
  if (Array.isArray(value)) return findForeignItem(value, depth);
  if (isPlainObject(value)) return findForeignProperty(value, depth);
  return ` is an instance of ${value.constructor?.name || 'a class'}`;
}

function findForeignItem(items: readonly unknown[], depth: number): string | undefined {
  for (let index = 0; index < items.length; index += 1) {
    const found = findForeign(items[index], depth + 1);
    if (found !== undefined) return along(`[${index}]`, depth, found);
  }
  return undefined;
}

function findForeignProperty(object: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  for (const key of Object.keys(object)) {
    const found = findForeign(object[key], depth + 1);
    if (found !== undefined) return along(`.${key}`, depth, found);
  }
  return undefined;
}

function along(step: string, depth: number, found: string): string {
  if (depth > SHOWN_DEPTH) return found;
  return depth === SHOWN_DEPTH ? ` ...${found}` : `${step}${found}`;
}

/** Whether this is an object literal, or an object without a prototype; no array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Asking for the prototype's prototype also admits the literals of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
