/** A codec other than the default: JSON as text. */

import type { Codec } from '@systole/core';

export const JSON_CODEC: Codec = {
  name: 'json',
  encode: (message) => Buffer.from(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()),
};
