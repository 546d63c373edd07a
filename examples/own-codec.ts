// Messages as JSON instead of MessagePack, by a codec of one's own. Both ends must have it: its name is agreed in the
// handshake, and a client with another codec is told so and does not come back. What a codec cannot encode or decode
// costs one message, never the connection.
//
// Run:     npm run build && node examples/dist/own-codec.js
// You see:
//
//   the server answered: { heard: { at: '1970-01-01T00:00:00.000Z' } }
//   a message that JSON cannot take: ERR_ENCODE, Do not know how to serialize a BigInt
//   the next one: { heard: 'still here' }
//   the server: rejected, codecs must be the same: ours is json, the peer's is msgpack
//   the other client: rejected, codecs must be the same: ours is json, the peer's is msgpack

import type { Codec } from '@systole/client';
import { connect, SystoleError } from '@systole/client';
import { createServer } from '@systole/server';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

const json: Codec = {
  name: 'json',
  encode: (message) => encoder.encode(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(decoder.decode(bytes)),
};

const server = createServer({ codec: json, onMessage: (message) => ({ heard: message }) });
const target = await server.listen({ host: '127.0.0.1', port: 0 });

const client = connect({ ...target, codec: json });
console.log('the server answered:', await client.send({ at: new Date(0) }));
const error = await client.send({ count: 1n }).catch((error: SystoleError) => error);
if (error instanceof SystoleError) {
  console.log(`a message that JSON cannot take: ${error.code}, ${(error.cause as Error).message}`);
}
console.log('the next one:', await client.send('still here'));

const rejected = server.next('rejected');
const other = connect(target); // with the default, MessagePack
const ended = await other.next('end');
const { cause, evidence } = await rejected;
console.log(`the server: ${cause}, ${evidence.detail}`);
console.log(`the other client: ${ended.cause}, ${ended.evidence.detail}`);

await client.close();
await server.close();
