/**
 * Maps as objects, also where keys look like indexes of an array.
 *
 * V8 keeps properties such as "999" in a list beside the object, with room for 1,515 items: 12 KB for a map of 6 bytes. A message of
 * 1 MiB would become 2 GB of such maps. As soon as an object has had an index that is far too high for a list, it
 * keeps a dictionary instead, which is as large as what is in it. Lists are made for indexes below some 5,000; one of a single
 * digit costs no more than a dictionary.
 */

/** The highest index that there is. */
const FAR_INDEX = 2 ** 32 - 2;

/** The same value with objects for maps. Arrays are changed in place, so that each map can go as soon as its object is there. */
export function objectsFor(value: unknown): unknown {
  if (value instanceof Map) return objectFor(value);
  if (!Array.isArray(value)) return value;
  for (let index = 0; index < value.length; index += 1) value[index] = objectsFor(value[index]);
  return value;
}

function objectFor(map: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  let isSparse = false;
  for (const [key, value] of map) {
    if (!isSparse && /^\d\d+$/.test(key)) {
      isSparse = true;
      keepDictionary(object);
    }
    // As msgpackr names it.
    object[key === '__proto__' ? '__proto_' : key] = objectsFor(value);
  }
  return object;
}

function keepDictionary(object: Record<string, unknown>): void {
  object[FAR_INDEX] = undefined;
  Reflect.deleteProperty(object, FAR_INDEX);
}
