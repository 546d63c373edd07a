import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startPair } from '../support/pair.ts';

describe('console.log', () => {
  it('shows the name and the snapshot of each of the 3: session, client, server', async () => {
    const { server, client, session } = await startPair();
    expect(inspect(session, { depth: 5 })).toMatch(/^Session \{/);
    expect(inspect(session)).toContain(`id: '${session.id}'`);
    expect(inspect(client)).toMatch(/^Client \{/);
    expect(inspect(client)).toContain("state: 'open'");
    expect(inspect([server])).toContain('Server {');
    expect(inspect(server)).toContain("state: 'listening'");
  });

  it('throws for none of the 2 that have no snapshot: a proxy of a client, and what inherits from one', async () => {
    const { client } = await startPair();
    expect(inspect(new Proxy(client, {}))).toBe('[Client]');
    expect(inspect(Object.create(client))).toBe('[Client]');
  });
});
