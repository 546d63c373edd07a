// Every conversation of the vectors, with our own machines as the end under test. The other vectors are run in packages/core/test.

import { describe, expect, it } from 'vitest';
import { readConversations } from './conversation.ts';
import { Stage } from './stage.ts';

const conversations = readConversations();

describe('conversations.json', () => {
  it('has a name of its own for each of its conversations', () => {
    expect(new Set(conversations.map(({ name, end }) => `${end.role}: ${name}`)).size).toBe(conversations.length);
    expect(conversations.length).toBeGreaterThan(100);
  });

  it.each(conversations)('$end.role: $name', async (conversation) => {
    await new Stage(conversation).play();
  });
});
