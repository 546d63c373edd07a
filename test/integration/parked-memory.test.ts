// What a server keeps of clients that have vanished.

import { describe, expect, it } from 'vitest';
import type { FromChildParked, ParkedConfig } from '../support/child-parked.ts';
import { Program } from '../support/program.ts';

describe('10,000 parked sessions', () => {
  it.each<ParkedConfig>([
    { sessions: 10_000, messages: 10, messageBytes: 1_024 },
    { sessions: 10_000, messages: 0, messageBytes: 0 },
  ])(
    'take at most 1.3 x the payload and 2 KB each, with $messages unacknowledged messages of $messageBytes bytes',
    { timeout: 120_000 },
    async (config) => {
      await using child = new Program<FromChildParked>('child-parked', config);
      const { parked, bytesEach } = await child.next('parked');
      expect(parked).toBe(config.sessions);
      expect(bytesEach).toBeLessThan(1.3 * config.messages * config.messageBytes + 2_000);
    },
  );
});
