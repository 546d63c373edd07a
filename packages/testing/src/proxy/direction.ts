/** The two directions of a connection, named after who receives: so nobody mixes them up. */

/** Which way bytes go: `toServer` is what the client has sent, `toClient` is what the server has sent. */
export type Direction = 'toServer' | 'toClient';

/** One direction, or both. */
export type Toward = Direction | 'both';

export const DIRECTIONS: readonly Direction[] = ['toServer', 'toClient'];

/** The directions meant. */
export function directionsOf(toward: Toward): readonly Direction[] {
  return toward === 'both' ? DIRECTIONS : [toward];
}
