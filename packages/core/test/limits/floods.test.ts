// What a peer may send more of than anybody needs: it costs us no memory, and tells nobody.

import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/machines/handshake.ts';
import type { Rig } from '../support/connection-rig.ts';
import { bytesOf, createOpenRig, createRig, helloFrame, PREAMBLE, welcomeFrame } from '../support/connection-rig.ts';
import { createSessionRig } from '../support/session-rig.ts';
import { skippedFrame } from '../support/skipped-frame.ts';

const introduction = (role: Role) => (role === 'server' ? helloFrame() : welcomeFrame());

/** What has ended it, and what was said to the peer. */
function endOf({ owner, transport }: Rig): object {
  const { cause, evidence } = owner.endings[0] ?? {};
  return { cause, detail: evidence?.detail, said: transport.frames.at(-1) };
}

describe.each<Role>(['server', 'client'])('frames of later versions, to a %s', (role) => {
  it('may make the handshake 65,536 bytes long', () => {
    const rig = createRig(role);
    rig.connection.handleBytes(PREAMBLE);
    const rest = 65_536 - 5 - bytesOf(introduction(role)).length - 3 * 16_388;
    for (const length of [16_388, 16_388, 16_388, rest]) rig.connection.handleBytes(skippedFrame(length));
    rig.receive(introduction(role));
    expect(rig.connection.bytesIn).toBe(65_536);
    expect(rig.take()).toContain(role === 'server' ? 'tell hello' : 'tell open');
  });

  it('end it with protocol-error at the next chunk beyond 65,536, however small they are', () => {
    const rig = createRig(role);
    rig.connection.handleBytes(PREAMBLE);
    for (let count = 0; count < 65_531; count += 11) rig.connection.handleBytes(skippedFrame(11));
    expect(rig.owner.endings).toHaveLength(1);
    expect(endOf(rig)).toMatchObject({
      cause: 'protocol-error',
      detail: 'the handshake takes 65543 bytes, over the limit of 65536',
      said: { type: 'close', code: 'protocol-error' },
    });
  });

  it('are skipped for ever once it is over, and 1 MB of them in one chunk keeps no byte', () => {
    const rig = createOpenRig(role);
    const chunk = new Uint8Array(1_000_000);
    for (let at = 0; at < chunk.length; at += 50_000) chunk.set(skippedFrame(50_000), at);
    for (let count = 0; count < 20; count += 1) rig.connection.handleBytes(chunk);
    expect(rig.owner.endings).toEqual([]);
  });
});

describe('bytes behind the handshake', () => {
  it('are not those of the handshake: 100,000 of them in one chunk with WELCOME', () => {
    const rig = createRig('client');
    rig.connection.handleBytes(PREAMBLE);
    rig.connection.handleBytes(Buffer.concat([bytesOf(welcomeFrame()), skippedFrame(50_000), skippedFrame(50_000)]));
    expect(rig.owner.endings).toEqual([]);
    expect(rig.connection.isOpen).toBe(true);
  });
});

describe('PONGs that nobody has asked for', () => {
  it('tell no health and log no line, 1,000 of them; the one that answers PING 1 does', () => {
    const rig = createSessionRig();
    const line = rig.open();
    const pong = (number: number, status: 'ok' | 'failing') =>
      line.receive({ type: 'pong', number, handled: 0, health: { status, payload: new Uint8Array(0) } });
    rig.take();
    for (let number = 1; number <= 1_000; number += 1) pong(number, number % 2 === 0 ? 'ok' : 'failing');
    expect(rig.told.filter(([name]) => name === 'health')).toEqual([]);
    rig.clock.advanceTo(20_000);
    for (let count = 0; count < 1_000; count += 1) pong(1, count % 2 === 0 ? 'failing' : 'ok');
    expect(rig.told.filter(([name]) => name === 'health')).toEqual([
      ['health', { epoch: 1, status: 'failing', payload: undefined }],
    ]);
  });
});

describe('empty messages', () => {
  it('cost 128 each: beside one of 128 bytes in the handler, 8 more fit into 1,280, and the 9th is a protocol error', () => {
    const never = () => new Promise(() => {});
    const rig = createSessionRig({ maxMessageBytes: 128, maxUnhandledBytes: 1_280, handler: never });
    const line = rig.open();
    const send = (number: number, text: string) =>
      line.receive({ type: 'data', number, part: 'whole', payload: new TextEncoder().encode(text) });
    send(1, JSON.stringify('x'.repeat(126)));
    for (let number = 2; number <= 9; number += 1) send(number, '');
    expect([rig.session.inspect().state, rig.session.cost]).toEqual(['open', 1_280]);
    send(10, '');
    expect(rig.session.inspect().lastCause).toBe('protocol-error');
  });
});
