import { describe, expect, it } from 'vitest';
import type { FromChildClient } from '../support/child-client.ts';
import { endOf, namesOf, nextSession, payloadOf } from '../support/pair.ts';
import { Program } from '../support/program.ts';
import { clientOptionsOver, startServerOver, TRANSPORTS } from '../support/transports.ts';

describe.each(TRANSPORTS)('a process that is killed, over %s', (transport) => {
  it('is eof with the hint crash, at once and without a verdict', async () => {
    const { server, address } = await startServerOver(transport, { keepalive: 'default' });
    const arrival = nextSession(server);
    const child = new Program<FromChildClient>('child-client', {
      ...clientOptionsOver(transport, address),
      attaches: transport === 'attached',
    });
    await child.next('connect');
    const { tape } = await arrival;
    await child[Symbol.asyncDispose](); // SIGKILL
    await endOf(tape);
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(payloadOf(tape, 'disconnect')).toMatchObject({
      cause: 'eof',
      evidence: { hint: 'crash', phase: 'open', code: undefined, probesSent: 0 },
    });
  });
});
