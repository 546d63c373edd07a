/** A codec that unit tests can read: JSON as text. */

import type { Codec } from '../../src/words/codec.ts';

/** Cannot be encoded. */
export const UNENCODABLE = Symbol('unencodable');

/** Cannot be decoded. */
export const UNDECODABLE: Uint8Array = new TextEncoder().encode('{');

export const textCodec: Codec = {
  name: 'text',
  encode: (message) => {
    if (message === UNENCODABLE) throw new TypeError('cannot encode a symbol');
    return new TextEncoder().encode(JSON.stringify(message));
  },
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};
