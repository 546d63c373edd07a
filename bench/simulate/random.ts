/** Chance, one stream for each purpose: what one draws does not move what another one sees. */

import { seededRandom } from '@systole/testing';

/** Uniform in [0, 1). */
export type Random = () => number;

/** Always the same stream for the same seed and purpose. */
export function streamOf(seed: number, purpose: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of purpose) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return seededRandom(hash ^ (hash >>> 15));
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** Its logarithm is normal, by Box and Muller; half of the draws lie below `median`. */
export function logNormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}
