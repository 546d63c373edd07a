/** Copies and texts of states: of plain objects, and of the machines with their private names opened. What is frozen is no state. */

/** A deep copy that keeps prototypes and who is whom. Bytes are shared: nobody writes into them. */
export function copy<Value>(value: Value): Value {
  return copyOf(value, new Map()) as Value;
}

function copyOf(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Object.isFrozen(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    copies.set(value, items);
    for (const item of value) items.push(copyOf(item, copies));
    return items;
  }
  const twin: Record<string, unknown> = Object.create(Object.getPrototypeOf(value));
  copies.set(value, twin);
  for (const [key, item] of Object.entries(value)) twin[key] = copyOf(item, copies);
  return twin;
}

/** The same text for states that behave the same. A queue is what is in it, wherever it begins in its array. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function') throw new Error('a closure hides state');
    return String(value);
  }
  if (value instanceof Uint8Array || Array.isArray(value)) return listOf(value);
  if (Symbol.iterator in value) return listOf(value as Iterable<unknown>);
  if (Object.isFrozen(value)) return '';
  let text = '{';
  for (const key in value) if (Object.hasOwn(value, key)) text += `${textOf((value as Record<string, unknown>)[key])},`;
  return `${text}}`;
}

function listOf(items: Iterable<unknown>): string {
  let text = '[';
  for (const item of items) text += `${textOf(item)},`;
  return `${text}]`;
}
