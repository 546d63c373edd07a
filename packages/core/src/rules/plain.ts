/**
 * What a message may be made of: null, booleans, numbers, 64-bit bigints, strings, Uint8Array, arrays and plain objects.
 * What is sent is then what arrives, in any language. Checked here as values, before they are encoded; `plain-msgpack.ts`
 * checks what has come, before it is decoded.
 */

import { MAX_NESTING } from './limits.ts';

/**
 * Where a value is not plain, such as `.items[3].at is an instance of Date`; undefined if it is.
 * `undefined` counts as plain: msgpackr leaves such properties out and writes null elsewhere, as JSON does.
 */
export function findForeign(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return ` is a ${typeof value}`;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  // A cycle ends here too.
  if (depth === MAX_NESTING) return ` is nested more than ${MAX_NESTING} deep`;
  if (Array.isArray(value)) return findForeignItem(value, depth);
  if (isPlainObject(value)) return findForeignProperty(value, depth);
  return ` is an instance of ${value.constructor?.name || 'a class'}`;
}

function findForeignItem(items: readonly unknown[], depth: number): string | undefined {
  for (let index = 0; index < items.length; index += 1) {
    const found = findForeign(items[index], depth + 1);
    if (found !== undefined) return `[${index}]${found}`;
  }
  return undefined;
}

function findForeignProperty(object: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  for (const key of Object.keys(object)) {
    const found = findForeign(object[key], depth + 1);
    if (found !== undefined) return `.${key}${found}`;
  }
  return undefined;
}

/** Whether this is an object literal, or an object without a prototype; no array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Asking for the prototype's prototype also admits the literals of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
