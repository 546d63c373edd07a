/** The first bytes of each direction: who we are, and in which version we speak (W1). */

import { MAGIC } from '../words/frame.ts';

/** In place of a version: the server does not speak the client's, and a list of those that it does follows. */
const UNSUPPORTED = 0;

/** Magic and version: how both ends begin. `version` is from 1 to 255. */
export function encodePreamble(version: number): Uint8Array {
  return Uint8Array.of(...MAGIC, version);
}

/** What a server answers instead, before FIN, to a client whose version it does not speak. At most 255 versions. */
export function encodeUnsupported(spoken: readonly number[]): Uint8Array {
  return Uint8Array.of(...MAGIC, UNSUPPORTED, spoken.length, ...spoken);
}

/** What the bytes so far tell of the peer. */
export type PreambleState =
  /** Nothing yet. */
  | { readonly state: 'incomplete' }
  /** It speaks another protocol. */
  | { readonly state: 'stranger' }
  /** It speaks this version; frames begin with `rest`. */
  | { readonly state: 'version'; readonly version: number; readonly rest: Uint8Array }
  /** It is a server, and speaks only these. */
  | { readonly state: 'unsupported'; readonly spoken: readonly number[] };

/** Reads the peer's preamble, and decides at the earliest byte that allows it. Push chunks until the state is not `incomplete`. */
export class PreambleReader {
  readonly #role: 'client' | 'server';
  #seen: number[] = [];

  /** `role` is ours: only a client may be told that its version is unsupported. */
  constructor(role: 'client' | 'server') {
    this.#role = role;
  }

  push(chunk: Uint8Array): PreambleState {
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] as number;
      this.#seen.push(byte);
      const count = this.#seen.length;
      if (count <= MAGIC.length) {
        if (byte !== MAGIC[count - 1]) return { state: 'stranger' };
      } else if (count === MAGIC.length + 1) {
        if (byte !== UNSUPPORTED) return { state: 'version', version: byte, rest: chunk.subarray(index + 1) };
        if (this.#role === 'server') return { state: 'stranger' };
      } else {
        const [listed = 0, ...spoken] = this.#seen.slice(MAGIC.length + 1);
        if (spoken.length === listed) return { state: 'unsupported', spoken };
      }
    }
    return { state: 'incomplete' };
  }
}
