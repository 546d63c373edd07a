import { describe, expect, it } from 'vitest';
import { startClientOver, startServerOver, TRANSPORTS } from '../support/transports.ts';

const CONNECTIONS = 4;
const REPEATS = 6;
/** Round the sizes at which bytes go another way: copied or not, in a slab or not, a page, a fragment, more than kernel buffers take. */
const SIZES = [0, 1, 60, 70, 2_040, 2_050, 4_085, 4_100, 9_000, 65_530, 65_540, 300_000];

/** A period that no power of two is a multiple of. */
const PATTERN = new Uint8Array(301_000).map((_, index) => (index * 31) % 251);

/** Bytes that no other message of any connection has at the same place. */
function content(connection: number, size: number, repeat: number): Uint8Array {
  const from = (connection * 50 + repeat * 17 + size) % 251;
  return PATTERN.subarray(from, from + size);
}

/** What a page still holds of one must not be overwritten by the others, whatever a kernel takes at once and whatever it leaves. */
describe.each(TRANSPORTS)('messages of mixed sizes over %s', (transport) => {
  it(`arrive and come back byte for byte, ${SIZES.length} sizes over each of ${CONNECTIONS} connections at once, ${REPEATS} times`, async () => {
    const { address } = await startServerOver(transport, { onMessage: (message) => message });
    const wrong: string[] = [];
    const talks = Array.from({ length: CONNECTIONS }, async (_, connection) => {
      const client = await startClientOver(transport, address);
      await client.ready();
      const exchange = async (size: number, repeat: number): Promise<void> => {
        const bytes = content(connection, size, repeat);
        const answer = (await client.send(bytes)) as Uint8Array;
        if (!Buffer.from(bytes).equals(answer)) wrong.push(`${size} bytes of connection ${connection}`);
      };
      // Later ones lie in memory of earlier ones that the server has, while others are still under way.
      for (let repeat = 0; repeat < REPEATS; repeat += 2) {
        await Promise.all([repeat, repeat + 1].flatMap((each) => SIZES.map((size) => exchange(size, each))));
      }
    });
    await Promise.all(talks);
    expect(wrong).toEqual([]);
  });
});
