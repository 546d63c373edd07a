// The windows of negotiation.json, with a real client: how long it keeps what is in doubt for a server that may have it.

import { readFileSync } from 'node:fs';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { optionsFor, record, startClient } from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';

interface Window {
  readonly name: string;
  readonly mine: number;
  readonly theirs: number;
  readonly window: number;
}

const text = readFileSync(new URL('negotiation.json', import.meta.url), 'utf8');
const { windows } = JSON.parse(text) as { windows: readonly Window[] };

describe('the windows of negotiation.json', () => {
  it.each(windows)('$name: $window ms', async ({ mine, theirs, window }) => {
    const clock = new ManualClock();
    const { peers, address } = await listenRaw();
    const reconnect = { base: '1h', cap: '1h' } as const; // it does not come back while the test lasts
    const options = {
      ...optionsFor(address),
      clock,
      random: () => 0.9,
      keepalive: false,
      resumeWindow: mine,
      reconnect,
    } as const;
    const client = startClient(options);
    const tape = record(client);
    const peer = await peers.first();
    await peer.next('hello');
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ token: 't-1', resume: theirs })));
    await client.ready();

    let outcome: unknown;
    void client.send('hi').catch((error: unknown) => {
      outcome = error;
    });
    await peer.next('data');
    peer.socket.destroy();
    await tape.first(({ type }) => type === 'disconnect');
    if (window > 0) {
      await clock.advanceAsync(window - 1);
      expect(outcome).toBeUndefined();
    }
    await clock.advanceAsync(1);
    expect(outcome).toMatchObject({ code: 'ERR_IN_DOUBT' });
  });
});
