/** Property tests, the synchronous kind. */

import * as fc from 'fast-check';

/** Throws with the smallest counterexample if the property does not hold. */
export function holds<Values>(property: fc.IProperty<Values>, parameters: fc.Parameters<Values> = {}): void {
  // biome-ignore lint/nursery/noFloatingPromises: it sees the overload for asynchronous properties
  fc.assert(property, parameters);
}
