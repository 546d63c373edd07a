import { describe, expect, it } from 'vitest';
import { namesOf, payloadOf, startPair } from '../support/pair.ts';
import { TRANSPORTS } from '../support/transports.ts';

const ORDERLY = ['connect', 'disconnect', 'end'];

describe.each(TRANSPORTS)('an orderly goodbye over %s', (transport) => {
  it('of the client is closed-locally for it, and closed-by-peer for the server', async () => {
    const { client, session, clientTape, serverTape } = await startPair({ transport });
    const end = session.next('end');
    await client.close('done for today');
    await end;
    expect(namesOf(clientTape)).toEqual(ORDERLY);
    expect(namesOf(serverTape)).toEqual(ORDERLY);
    expect(payloadOf(clientTape, 'disconnect')).toMatchObject({
      cause: 'closed-locally',
      evidence: { phase: 'closing' },
    });
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({
      cause: 'closed-by-peer',
      evidence: { phase: 'closing', code: 'normal', detail: 'done for today' },
    });
  });

  it('of the server is closed-by-peer for a client, which does not come back', async () => {
    const { client, session, clientTape, serverTape } = await startPair({
      transport,
      ...(transport === 'attached' ? {} : { client: { reconnect: { base: 10, cap: 10 } } }),
    });
    const end = client.next('end');
    await session.close();
    expect((await end).cause).toBe('closed-by-peer');
    expect(namesOf(clientTape)).toEqual(ORDERLY);
    expect(namesOf(serverTape)).toEqual(ORDERLY);
    expect(payloadOf(serverTape, 'disconnect').cause).toBe('closed-locally');
  });

  it('of both at once is closed-locally for both', async () => {
    const { client, session, clientTape, serverTape } = await startPair({ transport });
    await Promise.all([client.close(), session.close()]);
    for (const tape of [clientTape, serverTape]) {
      expect(namesOf(tape)).toEqual(ORDERLY);
      expect(payloadOf(tape, 'disconnect').cause).toBe('closed-locally');
    }
  });
});
