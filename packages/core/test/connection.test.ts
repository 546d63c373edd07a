import { describe, expect, it } from 'vitest';
import { decodeHello, decodeWelcome } from '../src/rules/hello.ts';
import { encodePreamble, encodeUnsupported } from '../src/rules/preamble.ts';
import { Connection } from '../src/session/connection.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { Frame } from '../src/words/frame.ts';
import {
  bytesOf,
  closeFrame,
  createOpenRig,
  createRig,
  HELLO,
  helloFrame,
  PREAMBLE,
  type Rig,
  WELCOME,
  welcomeFrame,
} from './support/connection-rig.ts';

/** Room in the send queue; with more, whatever can wait is held back. */
const QUEUE_BYTES = 262_144;

function data(number: number, bytes = 1): Frame {
  return { type: 'data', number, part: 'whole', payload: new Uint8Array(bytes) };
}

function value(number: number, bytes = 1): Frame {
  return { type: 'result', number, ok: true, part: 'whole', value: new Uint8Array(bytes) };
}

/** What is of interest here: the bytes that the peer has read. */
function ack(read: number): Frame {
  return { type: 'ack', received: 0, handled: 0, settled: 0, read, limit: 0 };
}

function ping(number: number): Frame {
  return { type: 'ping', number };
}

function pong(number: number): Frame {
  return { type: 'pong', number };
}

/** Lets what was put off to the end of this turn happen. */
async function turn(): Promise<void> {
  await Promise.resolve();
}

describe('Connection: the handshake', () => {
  it('L10: a client writes preamble and HELLO at once, in 1 write, and arms the deadline', () => {
    const { take, transport } = createRig('client');
    expect(take()).toEqual(['write PREAMBLE, HELLO', 'arm 10000']);
    const [hello] = transport.frames;
    expect(hello?.type === 'hello' && decodeHello(hello.body)).toEqual({
      ...HELLO,
      keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
      minPingIntervalMs: 1_000,
      maxMessageBytes: 1_048_576,
      codec: 'msgpack',
    });
  });

  it('W1: a server arms the deadline and says nothing before HELLO, however the bytes come', () => {
    const { take, connection } = createRig('server');
    for (const byte of [...PREAMBLE, ...bytesOf(helloFrame())].slice(0, -1))
      connection.handleBytes(Uint8Array.of(byte));
    expect(new Set(take())).toEqual(new Set(['arm 10000']));
  });

  it('a server writes preamble and WELCOME in 1 write, then arms, then tells', () => {
    const { take, connection, receive, owner, transport } = createRig('server');
    take();
    connection.handleBytes(PREAMBLE);
    receive(helloFrame());
    expect(take()).toEqual(['arm 10000', 'arm 10000', 'tell hello']);
    expect(connection.accept(owner, WELCOME)).toBe(true);
    expect(take()).toEqual(['establish', 'write PREAMBLE, WELCOME', 'arm 20000', 'tell open', 'tell turn end']);
    const [welcome] = transport.frames;
    expect(welcome?.type === 'welcome' && decodeWelcome(welcome.body)).toMatchObject(WELCOME);
    expect(owner.introductions[0]?.hello.epoch).toBe(3);
    const [introduction] = owner.introductions;
    expect(owner.establishments).toEqual([{ terms: introduction?.terms, peer: introduction?.hello }]);
  });

  it('a server that accepts while it is told of HELLO tells of the opening in the same turn', () => {
    const { take, connection, receive, owner } = createRig('server');
    owner.onTold = (what) => what === 'hello' && connection.accept(owner, WELCOME);
    connection.handleBytes(PREAMBLE);
    take();
    receive(helloFrame());
    const opened = ['establish', 'write PREAMBLE, WELCOME', 'arm 20000', 'tell open', 'tell turn end'];
    expect(take()).toEqual(['arm 10000', 'tell hello', ...opened, 'tell turn end']);
  });

  it('a client tells of the opening once WELCOME is here', () => {
    const { take, connection, receive, owner } = createRig('client');
    connection.handleBytes(PREAMBLE);
    take();
    receive(welcomeFrame({ session: 'session-9', minPingIntervalMs: 30_000 }));
    expect(take()).toEqual(['establish', 'arm 30000', 'tell open', 'tell turn end']);
    const [established] = owner.establishments;
    expect(established?.terms).toMatchObject({ raised: true, keepalive: { idleMs: 30_000, intervalMs: 30_000 } });
    expect(established?.peer).toMatchObject({ session: 'session-9' });
  });

  it('takes 4 frames that come in one chunk with WELCOME, and answers them in 1 write', () => {
    const { take, connection, receive, owner } = createRig('client');
    owner.queue.push(data(1));
    connection.handleBytes(PREAMBLE);
    take();
    receive(welcomeFrame(), data(1), ping(1), data(2), ping(2));
    expect(take()).toEqual([
      'establish',
      'take DATA 1',
      'take DATA 2',
      'write PONG 2, DATA 1',
      'arm 20000',
      'tell open',
      'tell turn end',
    ]);
  });

  it('takes a goodbye that comes in one chunk with WELCOME: it has been open, and is closing', () => {
    const { take, connection, receive } = createRig('client');
    connection.handleBytes(PREAMBLE);
    take();
    receive(welcomeFrame(), closeFrame({ code: 'going-away' }));
    const taken = ['establish', 'take CLOSE session going-away'];
    expect(take()).toEqual([...taken, 'arm 5000', 'tell open', 'tell turn end']);
    expect(connection.isOpen).toBe(true);
  });

  it('W6: takes frames of at most 16,384 bytes before the handshake is over, and of 65,536 after it', () => {
    const early = createRig('server');
    early.connection.handleBytes(PREAMBLE);
    early.connection.handleBytes(Uint8Array.of(0x80, 0, 0x40, 0x01));
    expect(early.owner.endings[0]?.evidence.detail).toBe('a frame has the length 16385, over the limit of 16384');
    const open = createOpenRig('server');
    open.connection.handleBytes(Uint8Array.of(0x80, 1, 0, 0, 0x80, ...new Uint8Array(65_535))); // of a type to skip
    open.receive(data(1));
    expect(open.take()).toContain('take DATA 1');
    open.connection.handleBytes(Uint8Array.of(0x80, 1, 0, 1));
    expect(open.owner.endings[0]?.evidence.detail).toBe('a frame has the length 65537, over the limit of 65536');
  });

  it.each(['client', 'server'] as const)('a %s has its owner judge the peer before a frame of its is taken', (role) => {
    const { connection, owner, receive, take } = createRig(role);
    owner.onTold = (what) => what === 'hello' && connection.accept(owner, WELCOME);
    connection.handleBytes(PREAMBLE);
    receive(role === 'client' ? welcomeFrame({ received: 7 }) : helloFrame({ received: 7 }));
    receive(data(1));
    const log = take();
    expect(log.indexOf('establish')).toBeGreaterThan(-1);
    expect(log.indexOf('establish')).toBeLessThan(log.indexOf('take DATA 1'));
    expect(owner.establishments).toMatchObject([{ peer: { received: 7 } }]);
  });

  it('ends with protocol-error where the owner does not believe what WELCOME says, and takes nothing behind it', () => {
    const { take, connection, receive, owner } = createRig('client');
    owner.onEstablish = () => {
      throw new ProtocolError('the peer resumes from nowhere');
    };
    connection.handleBytes(PREAMBLE);
    take();
    receive(welcomeFrame(), data(1));
    const note = 'write CLOSE connection protocol-error';
    expect(take()).toEqual(['establish', 'disarm', note, 'destroy', 'tell end protocol-error']);
    expect(owner.endings[0]?.evidence).toMatchObject({ phase: 'handshake', detail: 'the peer resumes from nowhere' });
  });

  it('accepts no 2nd time, and not after the end', () => {
    const { connection, owner } = createOpenRig('server');
    expect(connection.accept(owner, WELCOME)).toBe(false);
    const late = createRig('server');
    late.connection.handleBytes(PREAMBLE);
    late.receive(helloFrame());
    late.connection.destroy('closed-locally');
    late.take();
    expect(late.connection.accept(late.owner, WELCOME)).toBe(false);
    expect(late.take()).toEqual([]);
  });

  it('refuses with preamble, CLOSE and the reason, and destroys', () => {
    const { take, connection, receive, owner, transport } = createRig('server');
    connection.handleBytes(PREAMBLE);
    receive(helloFrame());
    take();
    connection.refuse({ code: 'rejected', reason: 'who are you?' });
    expect(take()).toEqual(['disarm', 'write PREAMBLE, CLOSE connection rejected', 'destroy', 'tell end rejected']);
    expect(transport.frames).toEqual([closeFrame({ scope: 'connection', code: 'rejected', reason: 'who are you?' })]);
    expect(owner.endings[0]?.evidence).toMatchObject({ phase: 'handshake', detail: 'who are you?' });
  });

  it('a client that is refused has the cause, the reason and the hint of the CLOSE', () => {
    const { take, connection, receive, owner } = createRig('client');
    connection.handleBytes(PREAMBLE);
    take();
    const close = closeFrame({ scope: 'connection', code: 'superseded', reason: 'twin', retryAfterMs: 500 });
    receive(close);
    expect(take()).toEqual(['disarm', 'destroy', 'tell end superseded']);
    expect(owner.endings[0]?.goodbye).toEqual(close);
    expect(owner.endings[0]?.evidence).toMatchObject({ epoch: 3, code: 'superseded', detail: 'twin' });
  });

  it('a client that finds a goodbye where WELCOME was due ends at once: there is nothing to finish', () => {
    const { take, connection, receive } = createRig('client');
    connection.handleBytes(PREAMBLE);
    take();
    receive(closeFrame({ scope: 'connection', code: 'going-away' }));
    expect(take()).toEqual(['disarm', 'destroy', 'tell end going-away']);
  });

  it('L9: a server that thaws, and finds HELLO and a CLOSE that gave up behind it, has the cause from the CLOSE', () => {
    const { take, connection, receive, owner } = createRig('server');
    connection.handleBytes(PREAMBLE);
    take();
    receive(helloFrame(), closeFrame({ scope: 'connection', code: 'handshake-timeout' }));
    expect(take()).toEqual(['disarm', 'destroy', 'tell end handshake-timeout']);
    expect(owner.introductions).toEqual([]);
  });

  it('takes nothing else between HELLO and WELCOME', () => {
    const { connection, receive, owner } = createRig('server');
    connection.handleBytes(PREAMBLE);
    receive(helloFrame(), data(1));
    expect(owner.endings[0]).toMatchObject({
      cause: 'protocol-error',
      evidence: { phase: 'handshake', detail: 'DATA came before WELCOME' },
    });
  });
});

describe('Connection: handshakes that fail', () => {
  it('L10: a server gives up at 10,000 ms, and tells a client that has begun', () => {
    const { take, clock, connection, owner } = createRig('server');
    connection.handleBytes(PREAMBLE);
    clock.advanceTo(9_999);
    expect(owner.endings).toEqual([]);
    take();
    clock.advanceTo(10_000);
    expect(take()).toEqual([
      'disarm',
      'write PREAMBLE, CLOSE connection handshake-timeout',
      'destroy',
      'tell end handshake-timeout',
    ]);
    expect(owner.endings[0]?.evidence).toMatchObject({ phase: 'handshake', silenceMs: 10_000, probesSent: 0 });
  });

  it('W1: a server says nothing to who has said nothing, or only a part of the preamble', () => {
    const { take, clock, connection, owner } = createRig('server');
    connection.handleBytes(PREAMBLE.subarray(0, 4));
    take();
    clock.advanceTo(10_000);
    expect(take()).toEqual(['disarm', 'destroy', 'tell end handshake-timeout']);
    const silent = createRig('server');
    silent.clock.advanceTo(10_000);
    expect(silent.transport.writes).toEqual([]);
    expect(owner.endings[0]?.evidence.silenceMs).toBe(10_000);
    expect(silent.owner.endings[0]?.evidence.silenceMs).toBeUndefined(); // no byte ever came
  });

  it('L10: a client gives up at 10,000 ms and says so', () => {
    const { take, clock } = createRig('client');
    take();
    clock.advanceTo(10_000);
    const note = 'write CLOSE connection handshake-timeout';
    expect(take()).toEqual(['disarm', note, 'destroy', 'tell end handshake-timeout']);
  });

  it('L5: a client that was stopped for 20,000 ms finds WELCOME waiting, and does not give up', () => {
    const { take, clock, connection, receive } = createRig('client');
    take();
    clock.moveTo(20_000);
    clock.ringDue();
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame());
    clock.poll();
    expect(take()).toEqual(['arm 10000', 'establish', 'arm 40000', 'tell open', 'tell turn end']);
    expect(connection.isOpen).toBe(true);
  });

  it('L10: a timer that is early only arms again', () => {
    const { take, connection } = createRig('client');
    take();
    connection.handleAlarm(9_999);
    expect(take()).toEqual(['arm 10000']);
  });

  it('W1: a stranger gets not a single byte', () => {
    const { take, connection, owner } = createRig('server');
    take();
    connection.handleBytes(new TextEncoder().encode('GET / HTTP/1.1\r\n'));
    expect(take()).toEqual(['disarm', 'destroy', 'tell end not-our-protocol']);
    expect(owner.endings[0]?.evidence.detail).toBe('the first bytes are of another protocol: HTTP');
  });

  it('W1: a client of wire version 2 is told that version 1 is spoken, and nothing else', () => {
    const { connection, transport, owner } = createRig('server');
    connection.handleBytes(encodePreamble(2));
    expect(transport.writes).toEqual([encodeUnsupported([1])]);
    expect(owner.endings[0]?.cause).toBe('rejected');
  });

  it('a client that is told so has the cause rejected', () => {
    const { take, connection, owner } = createRig('client');
    take();
    connection.handleBytes(encodeUnsupported([2]));
    expect(take()).toEqual(['disarm', 'destroy', 'tell end rejected']);
    expect(owner.endings[0]?.evidence.detail).toBe('the peer speaks wire version 2 only');
  });

  it('refuses a peer of another codec with CLOSE incompatible', () => {
    const { take, connection, receive } = createRig('server');
    connection.handleBytes(PREAMBLE);
    take();
    receive(helloFrame({ codec: 'json' }));
    expect(take()).toEqual(['disarm', 'write PREAMBLE, CLOSE connection incompatible', 'destroy', 'tell end rejected']);
  });
});

describe('Connection: the heartbeat', () => {
  it('writes, then arms, then tells: a PING after 20,000 ms of silence', () => {
    const { take, clock } = createOpenRig('client');
    clock.advanceTo(20_000);
    expect(take()).toEqual(['write PING 1', 'arm 25000', 'tell ping', 'tell turn end']);
  });

  it('L6: suspects, then judges: 3 PINGs, 1 suspect, 1 end, each after its write and its arming', () => {
    const { take, clock } = createOpenRig('client');
    clock.advanceTo(60_000);
    expect(take()).toEqual([
      ...['write PING 1', 'arm 25000', 'tell ping', 'tell turn end'],
      ...['write PING 2', 'arm Infinity', 'tell ping', 'tell turn end'], // at 25,000: one poll phase decides
      ...['arm 30000', 'tell suspect', 'tell turn end'],
      ...['write PING 3', 'arm 35000', 'tell ping', 'tell turn end'],
      ...['arm Infinity', 'tell turn end'], // at 35,000: one poll phase decides
      ...['arm Infinity', 'disarm', 'write CLOSE connection judged-dead', 'destroy', 'tell end silent'],
    ]);
    expect(clock.alarmsSet).toBe(0);
  });

  it('L9: leaves no CLOSE behind where 1 byte is queued before it', () => {
    const { take, clock, transport } = createOpenRig('client');
    clock.advanceTo(34_999);
    clock.moveTo(35_000);
    clock.ringDue();
    transport.unwritten = 1;
    take();
    clock.poll();
    expect(take()).toEqual(['arm Infinity', 'disarm', 'destroy', 'tell end silent']);
    expect(transport.frames.at(-1)).toEqual(ping(3));
  });

  it('L6: an owner that destroys when it is told of the suspicion is not told of a verdict', () => {
    const { clock, connection, owner } = createOpenRig('client', { keepalive: { probes: 1 } });
    owner.onTold = (what) => what === 'suspect' && connection.destroy('closed-locally');
    clock.advanceTo(60_000);
    expect(owner.endings.map(({ cause }) => cause)).toEqual(['closed-locally']);
  });

  it('L9: an owner that destroys when it is told of one thing is told of nothing else of that turn', () => {
    const { take, clock, connection, owner, receive } = createOpenRig('client');
    clock.advanceTo(26_000);
    owner.onTold = (what) => what === 'pong' && connection.destroy('closed-locally');
    take();
    receive(pong(2)); // which would also make the peer alive again
    expect(take()).toEqual(['arm 46000', 'tell pong', 'disarm', 'destroy', 'tell end closed-locally']);
  });

  it('L2: 1 byte of a frame that is not whole is evidence, and alive is told after suspect', () => {
    const { take, clock, connection } = createOpenRig('client');
    clock.advanceTo(26_000);
    take();
    connection.handleBytes(Uint8Array.of(0x40));
    expect(take()).toEqual(['arm 46000', 'tell alive', 'tell turn end']);
    expect(connection.silenceMs).toBe(0);
    expect(connection.bytesIn).toBe(PREAMBLE.length + bytesOf(welcomeFrame()).length + 1);
  });

  it('L5: a byte in the poll phase after the deadline prevents the verdict', () => {
    const { take, clock, connection, receive, owner } = createOpenRig('client');
    clock.advanceTo(34_999);
    clock.moveTo(35_000);
    clock.ringDue();
    receive(pong(3));
    clock.poll();
    expect(owner.endings).toEqual([]);
    expect(take().slice(-4)).toEqual(['tell alive', 'tell turn end', 'arm 55000', 'tell turn end']);
    expect(connection.liveness?.rtt?.latestMs).toBe(5_000);
  });

  it('L5: an RST in the poll phase after the deadline is the cause', () => {
    const { take, clock, connection } = createOpenRig('client');
    clock.advanceTo(34_999);
    clock.moveTo(35_000);
    clock.ringDue();
    take();
    connection.handleClosed({ code: 'ECONNRESET', syscall: 'read' });
    clock.poll();
    expect(take()).toEqual(['disarm', 'destroy', 'tell end reset']);
  });

  it('L5: a stall of 6,000 ms that the clock has seen excuses: a fresh PING, and no verdict before 1 interval', () => {
    const { take, clock, connection } = createOpenRig('client');
    clock.advanceTo(34_999);
    clock.moveTo(41_000);
    clock.lastStall = { kind: 'blocked', endedAt: 41_000, durationMs: 6_000 };
    take();
    clock.ringDue();
    expect(take()).toEqual(['write PING 4', 'arm 46000', 'tell ping', 'tell turn end']);
    connection.destroy('closed-locally');
  });

  it('L5: a stall that another alarm has met excuses too: this one is on time, and the PONG may wait unread', () => {
    const { take, clock } = createOpenRig('client');
    clock.advanceTo(34_999);
    clock.lastStall = { kind: 'blocked', endedAt: 34_990, durationMs: 6_000 };
    clock.moveTo(35_000);
    take();
    clock.ringDue();
    expect(take()).toEqual(['write PING 4', 'arm 39990', 'tell ping', 'tell turn end']);
  });

  it('without a triple it arms nothing, and still answers PINGs', () => {
    const { take, clock, receive } = createOpenRig('client', { keepalive: false });
    clock.advanceTo(1e9);
    receive(ping(1));
    expect(take()).toEqual(['write PONG 1', 'arm Infinity', 'tell turn end']);
  });
});

describe('Connection: PINGs of the peer', () => {
  it('L7: echoes the number of the PING', () => {
    const { take, receive, transport } = createOpenRig('server');
    receive(ping(77));
    expect(take()).toEqual(['write PONG 77', 'arm 20000', 'tell turn end']);
    expect(transport.frames.at(-1)).toEqual(pong(77));
  });

  it('L7: answers 3 PINGs of one chunk with 1 PONG, for the newest', () => {
    const { take, receive } = createOpenRig('server');
    receive(ping(1), ping(2), ping(3));
    expect(take()[0]).toBe('write PONG 3');
  });

  it('L7: holds the PONG back while the send queue is full, and then answers the newest of 3 with 1', () => {
    const { take, connection, receive, transport } = createOpenRig('server');
    transport.unwritten = QUEUE_BYTES;
    for (const number of [1, 2, 3]) receive(ping(number));
    expect(transport.frames.at(-1)?.type).toBe('welcome');
    take();
    transport.unwritten = QUEUE_BYTES - 1;
    connection.handleDrained();
    expect(take()).toEqual(['write PONG 3', 'arm 20000', 'tell turn end']);
    connection.handleDrained();
    expect(take()).toEqual(['arm 20000', 'tell turn end']); // it was the only one
  });

  it('L7: takes 8 PINGs at once from a peer with 3 probes, and ends with too-many-pings at the 9th', () => {
    const { take, receive, owner } = createOpenRig('server');
    receive(...[1, 2, 3, 4, 5, 6, 7, 8].map(ping));
    expect(take()[0]).toBe('write PONG 8');
    receive(ping(9), data(1));
    expect(take()).toEqual(['disarm', 'write CLOSE connection too-many-pings', 'destroy', 'tell end too-many-pings']);
    expect(owner.endings[0]?.evidence.phase).toBe('open');
  });
});

describe('Connection: the send queue', () => {
  it('L4: at most 1 PING waits unwritten, also through 3 probes that are due', () => {
    const { clock, transport } = createOpenRig('client');
    transport.isFull = true;
    clock.advanceTo(30_000);
    expect(transport.frames.filter(({ type }) => type === 'ping')).toEqual([ping(1)]);
  });

  it('L4: a PING goes into a full queue too, and the verdict comes in time: write-stalled at 35,000 ms', () => {
    const { clock, transport, owner } = createOpenRig('client');
    transport.isFull = true;
    transport.unwritten = 10 * QUEUE_BYTES;
    clock.advanceTo(60_000);
    expect(transport.frames.filter(({ type }) => type === 'ping')).toEqual([ping(1)]);
    expect(owner.endings[0]).toMatchObject({ cause: 'write-stalled', evidence: { silenceMs: 35_000, probesSent: 1 } });
  });

  it('L4: the next PING follows once the last one has left', () => {
    const { clock, transport } = createOpenRig('client');
    transport.isFull = true;
    clock.advanceTo(24_999);
    transport.isFull = false;
    transport.unwritten = 0;
    clock.advanceTo(25_000);
    expect(transport.frames.slice(-2)).toEqual([ping(1), ping(2)]);
  });

  it('holds DATA and answers back while 262,144 bytes wait, and sends them in 1 write once the queue is empty', () => {
    const { take, connection, owner, receive, transport } = createOpenRig('client');
    transport.unwritten = QUEUE_BYTES;
    owner.queue.push(value(1), data(1));
    receive(data(1), ping(1));
    expect(take()).toEqual(['take DATA 1', 'arm 20000', 'tell turn end']);
    transport.unwritten = 0;
    connection.handleDrained();
    expect(take()).toEqual(['write PONG 1, RESULT 1, DATA 1', 'arm 20000', 'tell turn end']);
  });

  it('takes frames until 262,144 bytes of its own batch wait: 5 of 65,000 bytes, and not a 6th', async () => {
    const { take, connection, owner, transport } = createOpenRig('client');
    transport.isFull = true;
    for (const number of [1, 2, 3, 4, 5, 6]) owner.queue.push(data(number, 65_000));
    connection.requestTurn();
    await turn();
    expect(take()).toEqual(['write DATA 1, DATA 2, DATA 3, DATA 4, DATA 5', 'arm 20000', 'tell turn end']);
    expect(connection.unwritten).toBe(transport.unwritten);
    expect(connection.bytesOut).toBeGreaterThan(325_000);
  });

  it('W5: holds DATA and RESULT back while 262,144 bytes are unread, and PING, PONG, ACK and CLOSE not', () => {
    const { take, clock, owner, receive, connection, transport } = createOpenRig('client');
    owner.queue.push(...[1, 2, 3, 4].map((number) => data(number, 65_000)), data(5, 2_300));
    connection.handleDrained();
    expect(take()[0]).toBe('write DATA 1, DATA 2, DATA 3, DATA 4, DATA 5');
    expect([transport.unwritten, connection.takesPayload]).toEqual([0, false]);
    owner.queue.push(data(6), value(1), ack(0), closeFrame());
    clock.moveTo(19_999);
    receive(ping(1));
    clock.advanceTo(39_999);
    expect(take().filter((line) => line.startsWith('write'))).toEqual([
      'write PONG 1, ACK 0 of 0, CLOSE session normal',
    ]);
  });

  it('W5: a PING goes in front of messages that the window holds back', () => {
    const { take, clock, owner, connection } = createOpenRig('client');
    owner.queue.push(...[1, 2, 3, 4, 5, 6].map((number) => data(number, 65_000)));
    connection.handleDrained();
    expect(take()[0]).toBe('write DATA 1, DATA 2, DATA 3, DATA 4, DATA 5');
    clock.advanceTo(20_000);
    expect(take()).toEqual(['write PING 1', 'arm 25000', 'tell ping', 'tell turn end']);
  });

  it('W5: goes on with DATA in the turn in which ACK says that the peer has read it', () => {
    const { take, owner, receive, connection } = createOpenRig('client');
    owner.queue.push(...[1, 2, 3, 4, 5, 6].map((number) => data(number, 65_000)));
    connection.handleDrained();
    const sent = connection.bytesOut;
    take();
    receive(ack(1_000));
    expect(take()).toEqual(['take ACK 0 of 0', 'arm 20000', 'tell turn end']);
    receive(ack(sent));
    expect(take()).toEqual(['take ACK 0 of 0', 'write DATA 6', 'arm 20000', 'tell turn end']);
  });

  it('sends what is asked for 3 times in one turn of the event loop in 1 write, at its end', async () => {
    const { take, connection, owner } = createOpenRig('client');
    for (const number of [1, 2, 3]) {
      owner.queue.push(data(number));
      connection.requestTurn();
    }
    expect(take()).toEqual([]);
    await turn();
    expect(take()).toEqual(['write DATA 1, DATA 2, DATA 3', 'arm 20000', 'tell turn end']);
    connection.requestTurn();
    await turn();
    expect(take()).toEqual(['arm 20000', 'tell turn end']);
  });

  it('writes PING, PONG and DATA of one turn in 1 write', () => {
    const { take, clock, owner, receive, connection } = createOpenRig('client');
    clock.moveTo(19_999);
    connection.handleBytes(bytesOf(ping(1)).subarray(0, 1)); // evidence: the next PING of ours is due at 39,999
    clock.moveTo(39_999);
    owner.queue.push(data(1));
    take();
    clock.ringDue();
    expect(take()[0]).toBe('write PING 1, DATA 1');
    receive();
    connection.handleBytes(bytesOf(ping(1)).subarray(1));
    expect(take().filter((line) => line.startsWith('write'))).toEqual(['write PONG 1']);
  });
});

describe('Connection: pausing', () => {
  it('L5: freezes the verdict while it does not read, and goes on with what was left', async () => {
    const { take, clock, connection, owner } = createOpenRig('client');
    clock.advanceTo(29_000);
    take();
    connection.pause();
    await turn();
    expect(take()).toEqual(['pause', 'arm 89000', 'tell turn end']); // 60,000 ms of pausedTimeout
    clock.advanceTo(79_000);
    connection.resume();
    await turn();
    expect(take()).toEqual(['resume', 'arm 80000', 'tell turn end']); // 1,000 ms were left to the 3rd PING
    clock.advanceTo(84_999);
    expect(owner.endings).toEqual([]);
    clock.advanceTo(85_000);
    expect(owner.endings[0]?.cause).toBe('silent');
  });

  it('pauses and resumes the transport before the handshake is over as well', async () => {
    const { take, connection } = createRig('server');
    take();
    connection.pause();
    connection.resume();
    await turn();
    expect(take()).toEqual(['pause', 'resume', 'arm 10000']);
  });
});

describe('Connection: errors', () => {
  it.each<[string, Uint8Array, string]>([
    ['an unknown type 0x3f', Uint8Array.of(1, 0x3f), 'unknown frame type 63'],
    ['HELLO', bytesOf(helloFrame()), 'HELLO came after the handshake'],
    ['WELCOME', bytesOf(welcomeFrame()), 'WELCOME came after the handshake'],
  ])('ends with protocol-error and tells the peer why: %s', (_, bytes, detail) => {
    const { take, connection, owner, transport } = createOpenRig('server');
    connection.handleBytes(bytes);
    const note = 'write CLOSE connection protocol-error';
    expect(take()).toEqual(['disarm', note, 'destroy', 'tell end protocol-error']);
    expect(transport.frames.at(-1)).toMatchObject({ reason: detail });
    expect(owner.endings[0]?.evidence.detail).toBe(detail);
  });

  it('ends with protocol-error where the owner finds a frame wrong, and takes no frame after it', () => {
    const { take, receive, owner } = createOpenRig('server');
    owner.onFrame = ({ type }) => {
      if (type === 'ack') throw new ProtocolError('nothing was sent');
    };
    receive(data(1), ack(0), data(2));
    expect(take().filter((line) => line.startsWith('take'))).toEqual(['take DATA 1', 'take ACK 0 of 0']);
    expect(owner.endings[0]?.evidence.detail).toBe('nothing was sent');
  });

  it('ends with protocol-error where ACK has read 1 byte more than was sent, and takes all that were', () => {
    const { take, receive, owner, connection } = createOpenRig('client');
    const sent = connection.bytesOut;
    receive(ack(sent));
    expect(take()[0]).toBe('take ACK 0 of 0');
    receive(ack(sent + 1));
    const note = 'write CLOSE connection protocol-error';
    expect(take()).toEqual(['disarm', note, 'destroy', 'tell end protocol-error']);
    expect(owner.endings[0]?.evidence.detail).toBe(`${sent + 1} bytes were read, where ${sent} had been sent`);
  });

  it('ends with protocol-error where ACK has read fewer bytes than the one before', () => {
    const { receive, owner } = createOpenRig('client');
    receive(ack(2), ack(1));
    expect(owner.endings[0]?.evidence.detail).toBe('1 bytes were read, where 2 had been before');
  });

  it('ends with protocol-error where the owner finds a goodbye wrong', () => {
    const { receive, owner } = createOpenRig('client');
    owner.handleGoodbye = () => {
      throw new ProtocolError('nothing was sent');
    };
    receive(closeFrame({ lastAccepted: 1 }));
    expect(owner.endings).toMatchObject([{ cause: 'protocol-error', evidence: { detail: 'nothing was sent' } }]);
  });

  it('lets an error through that is not the doing of the peer', () => {
    const { receive, owner } = createOpenRig('server');
    owner.onFrame = () => {
      throw new RangeError('a bug of ours');
    };
    expect(() => receive(data(1))).toThrow(new RangeError('a bug of ours'));
  });

  it('takes an unknown type of 0x80 and above as evidence, and skips it', () => {
    const { take, connection } = createOpenRig('server');
    connection.handleBytes(Uint8Array.of(1, 0x40 + 0x40));
    expect(take()).toEqual(['arm 20000', 'tell turn end']);
  });
});

describe('Connection: endings', () => {
  it.each<[string, (rig: Rig) => void, object]>([
    ['FIN', ({ connection }) => connection.handleEnd(), { cause: 'eof', evidence: { hint: 'crash', code: undefined } }],
    [
      'FIN after 60,500 ms of silence',
      ({ clock, connection }) => {
        clock.moveTo(60_500);
        connection.handleEnd();
      },
      { cause: 'eof', evidence: { hint: 'idle-cut', silenceMs: 60_500 } },
    ],
    [
      'RST',
      ({ connection }) => connection.handleClosed({ code: 'ECONNRESET', syscall: 'read' }),
      { cause: 'reset', evidence: { code: 'ECONNRESET', syscall: 'read', hint: undefined } },
    ],
    [
      'ETIMEDOUT',
      ({ connection }) => connection.handleClosed({ code: 'ETIMEDOUT', syscall: 'read' }),
      { cause: 'kernel-timeout' },
    ],
    ['a socket that somebody closed', ({ connection }) => connection.handleClosed(), { cause: 'closed-locally' }],
    [
      'destroy without a word',
      ({ connection }) => connection.destroy('closed-locally'),
      { cause: 'closed-locally', evidence: { detail: undefined } },
    ],
    [
      'destroy with a word',
      ({ connection }) => connection.destroy('app-stalled', 'no answer'),
      { cause: 'app-stalled', evidence: { detail: 'no answer' } },
    ],
    [
      'CLOSE judged-dead',
      ({ receive }) => receive(closeFrame({ scope: 'connection', code: 'judged-dead', reason: 'silent' })),
      { cause: 'closed-by-peer', evidence: { code: 'judged-dead', detail: 'silent' } },
    ],
    [
      'CLOSE superseded',
      ({ receive }) => receive(closeFrame({ scope: 'connection', code: 'superseded' }), data(1)),
      { cause: 'superseded', evidence: { code: 'superseded' } },
    ],
    [
      'CLOSE with a code of the future',
      ({ connection }) => connection.handleBytes(Uint8Array.of(6, 0x08, 0, 0x3e, 0, 0, 0)),
      { cause: 'closed-by-peer', evidence: { code: 'unknown' } },
    ],
  ])('ends at once at %s, and answers nothing', (_, happen, ending) => {
    const rig = createOpenRig('client');
    happen(rig);
    expect(rig.take().slice(-3)).toEqual(['disarm', 'destroy', expect.stringMatching(/^tell end /)]);
    expect(rig.owner.endings).toMatchObject([ending]);
    expect(rig.owner.endings[0]?.evidence).toMatchObject({ epoch: 3, phase: 'open' });
    expect(rig.connection.isOpen).toBe(false);
  });

  it('has the evidence of the last silence: its length, probes, round trip and stall', () => {
    const { clock, connection, receive, owner } = createOpenRig('client');
    clock.advanceTo(20_000);
    clock.moveTo(20_080);
    receive(pong(1));
    clock.lastStall = { kind: 'blocked', endedAt: 30_080, durationMs: 400 };
    clock.moveTo(41_080);
    clock.ringDue();
    connection.handleEnd();
    expect(owner.endings[0]?.evidence).toEqual({
      epoch: 3,
      phase: 'open',
      silenceMs: 21_000,
      probesSent: 1,
      rttMs: 80,
      stallMs: 400,
      code: undefined,
      syscall: undefined,
      detail: undefined,
      hint: 'crash',
    });
  });

  it('does not name a stall that ended before the last byte', () => {
    const { clock, receive, connection, owner } = createOpenRig('client');
    clock.lastStall = { kind: 'blocked', endedAt: 5_000, durationMs: 4_000 };
    clock.moveTo(5_001);
    receive(ping(1));
    clock.moveTo(9_000);
    connection.handleEnd();
    expect(owner.endings[0]?.evidence.stallMs).toBeUndefined();
  });

  it.each<['client' | 'server', number]>([
    ['client', 3],
    ['server', 3],
  ])('a %s names epoch %i, which the client has given', (role, epoch) => {
    const { connection, owner } = createOpenRig(role);
    connection.handleEnd();
    expect(owner.endings[0]?.evidence.epoch).toBe(epoch);
  });

  it('L9: 15 kinds of late events touch nothing and tell nobody', async () => {
    const { take, clock, connection, receive, owner, transport } = createOpenRig('server');
    clock.advanceTo(34_999);
    clock.moveTo(35_000);
    clock.ringDue(); // a poll phase is asked for, and will come too late
    connection.requestTurn();
    connection.destroy('closed-locally');
    take();
    const { bytesIn, silenceMs } = connection;
    owner.queue.push(data(1));
    receive(data(1), ping(1), closeFrame());
    connection.handleEnd();
    connection.handleDrained();
    connection.handleClosed();
    connection.handleClosed({ code: 'ECONNRESET', syscall: 'read' });
    connection.handleAlarm(1e9);
    clock.poll();
    connection.requestTurn();
    connection.finish();
    connection.destroy('silent');
    connection.refuse({ code: 'rejected', reason: 'too late' });
    connection.accept(owner, WELCOME);
    await turn();
    clock.advanceTo(1e9);
    expect(take()).toEqual([]);
    expect(connection.bytesIn).toBe(bytesIn);
    expect(silenceMs).toBe(35_000);
    expect(transport.frames.at(-1)).toEqual(ping(3));
    expect(owner.endings.length).toBe(1);
  });
});

describe('Connection: closing', () => {
  const SAY = 'our CLOSE';
  const HEAR = "the peer's CLOSE";
  const FINISH = 'finish';
  const FIN = "the peer's FIN";
  const CLOSED = 'the socket closes';
  const RST = 'RST';
  const DEADLINE = '5,000 ms';
  const LATE = 'the goodbye was not finished in time';

  const steps: Readonly<Record<string, (rig: Rig) => void>> = {
    [SAY]: ({ owner, connection }) => {
      owner.queue.push(closeFrame());
      connection.handleDrained();
    },
    [HEAR]: ({ receive }) => receive(closeFrame({ code: 'going-away', reason: 'bye' })),
    [FINISH]: ({ connection }) => connection.finish(),
    [FIN]: ({ connection }) => connection.handleEnd(),
    [CLOSED]: ({ connection }) => connection.handleClosed(),
    [RST]: ({ connection }) => connection.handleClosed({ code: 'ECONNRESET', syscall: 'read' }),
    [DEADLINE]: ({ clock }) => clock.advanceTo(clock.now() + 5_000),
  };

  // Who speaks first gives the cause. After our FIN the peer's is expected; before it, it ends everything.
  it.each<[string[], string, string | undefined]>([
    [[SAY, HEAR, FINISH, FIN, CLOSED], 'closed-locally', undefined],
    [[HEAR, SAY, FINISH, FIN, CLOSED], 'going-away', 'bye'],
    [[SAY, HEAR, FINISH, CLOSED], 'closed-locally', undefined],
    [[HEAR, SAY, FINISH, CLOSED], 'going-away', 'bye'],
    [[SAY, HEAR, FIN], 'closed-locally', undefined],
    [[HEAR, SAY, FIN], 'going-away', 'bye'],
    [[HEAR, FIN], 'going-away', 'bye'],
    [[SAY, FIN], 'eof', undefined],
    [[SAY, CLOSED], 'closed-locally', undefined],
    [[HEAR, CLOSED], 'going-away', 'bye'],
    [[SAY, HEAR, FINISH, RST], 'reset', undefined],
    [[SAY, RST], 'reset', undefined],
    [[SAY, DEADLINE], 'closed-locally', LATE],
    [[HEAR, DEADLINE], 'going-away', LATE],
    [[SAY, HEAR, DEADLINE], 'closed-locally', LATE],
    [[HEAR, SAY, DEADLINE], 'going-away', LATE],
    [[SAY, HEAR, FINISH, DEADLINE], 'closed-locally', LATE],
    [[SAY, HEAR, FINISH, FIN, DEADLINE], 'closed-locally', LATE],
  ])('%s: ends with %s', (names, cause, detail) => {
    const rig = createOpenRig('client');
    for (const [index, name] of names.entries()) {
      expect(rig.owner.endings, `before step ${index + 1}`).toEqual([]);
      steps[name]?.(rig);
    }
    expect(rig.owner.endings.map((ending) => ending.cause)).toEqual([cause]);
    expect(rig.owner.endings[0]?.evidence).toMatchObject({ phase: 'closing', detail });
    if (cause === 'going-away') expect(rig.owner.endings[0]?.evidence.code).toBe('going-away');
    expect(rig.owner.endings[0]?.goodbye?.code).toBe(names.includes(HEAR) ? 'going-away' : undefined);
    expect(rig.log.filter((line) => line === 'FIN').length).toBe(names.includes(FINISH) ? 1 : 0);
    expect(rig.log.filter((line) => line === 'destroy').length).toBe(1);
  });

  it('arms the 5,000 ms of closeTimeout with the first goodbye, and not anew with the second', () => {
    const { take, clock, owner, connection, receive } = createOpenRig('client');
    clock.moveTo(1_000);
    owner.queue.push(closeFrame());
    connection.handleDrained();
    expect(take()).toEqual(['write CLOSE session normal', 'arm 6000', 'tell turn end']);
    clock.moveTo(4_000);
    receive(closeFrame());
    expect(take()).toEqual(['take CLOSE session normal', 'arm 6000', 'tell turn end']);
    clock.advanceTo(6_000);
    expect(owner.endings[0]?.evidence.silenceMs).toBe(2_000);
  });

  it('L5: what has come in the 9,000 ms in which it was stopped finishes the goodbye, although its time is over', () => {
    const { clock, owner, connection, receive } = createOpenRig('client');
    owner.queue.push(closeFrame());
    connection.handleDrained();
    clock.moveTo(9_000);
    clock.ringDue();
    receive(closeFrame());
    connection.finish();
    connection.handleEnd();
    connection.handleClosed();
    clock.poll();
    expect(owner.endings).toMatchObject([{ cause: 'closed-locally', evidence: { detail: undefined } }]);
  });

  it('keeps its heartbeat while it closes: silent after 7,000 ms, before a closeTimeout of 60,000 ms', () => {
    const { clock, owner, connection } = createOpenRig('client', { keepalive: 'lan', closeTimeout: '60s' });
    owner.queue.push(closeFrame());
    connection.handleDrained();
    clock.advanceTo(60_000);
    expect(owner.endings[0]).toMatchObject({ cause: 'silent', evidence: { silenceMs: 7_000, phase: 'closing' } });
  });

  it('answers a PING while it closes', () => {
    const { take, receive } = createOpenRig('client');
    receive(closeFrame());
    take();
    receive(ping(1));
    expect(take()[0]).toBe('write PONG 1');
  });

  it('sends FIN once, behind what is in the batch', () => {
    const { take, connection } = createOpenRig('client');
    connection.finish();
    connection.finish();
    expect(take()).toEqual(['FIN', 'arm Infinity']);
  });

  it('asks and judges nobody behind its FIN, where no PING can leave: it is the closeTimeout of 60,000 ms that ends it', () => {
    const { clock, owner, connection, receive, take } = createOpenRig('client', {
      keepalive: 'lan',
      closeTimeout: '60s',
    });
    owner.queue.push(closeFrame());
    connection.handleDrained();
    receive(closeFrame());
    connection.finish();
    take();
    clock.advanceTo(59_999);
    expect(take().filter((line) => line.startsWith('write'))).toEqual([]);
    expect(owner.endings).toEqual([]);
    clock.advanceTo(60_000);
    expect(owner.endings).toMatchObject([{ cause: 'closed-locally', evidence: { probesSent: 0 } }]);
  });

  it('keeps the first CLOSE of a peer that says 2', () => {
    const { receive, owner, connection } = createOpenRig('client');
    receive(closeFrame({ reason: 'one' }));
    receive(closeFrame({ reason: 'two', code: 'going-away' }));
    connection.handleClosed();
    expect(owner.endings[0]).toMatchObject({ cause: 'closed-by-peer', goodbye: { reason: 'one' } });
  });

  it('ends at once where a goodbye is followed by CLOSE protocol-error', () => {
    const { receive, owner } = createOpenRig('client');
    receive(closeFrame());
    receive(closeFrame({ code: 'protocol-error', reason: 'no' }));
    expect(owner.endings[0]).toMatchObject({ cause: 'protocol-error', evidence: { phase: 'closing' } });
  });
});

describe('Connection: construction', () => {
  it('gives itself to whoever opens the transport, and is told nothing before that has returned', () => {
    const { clock, owner, transport } = createRig('server');
    const heard: unknown[] = [];
    const connection: Connection = new Connection(
      { clock, random: Math.random },
      { role: 'server', config: {} as never, codecName: 'msgpack', epoch: 0, handshakeDeadline: 1 },
      owner,
      (listener) => {
        heard.push(listener);
        return transport;
      },
    );
    expect(heard).toEqual([connection]);
    expect([connection.isOpen, connection.liveness, connection.silenceMs]).toEqual([false, undefined, undefined]);
    expect([connection.bytesIn, connection.bytesOut, connection.unwritten]).toEqual([0, 0, 0]);
  });
});

describe('Connection: bytes of which nothing was told', () => {
  it('L2: half a TLS record each 5 s keeps a peer alive that completes none for 100 s', () => {
    const { clock, take, transport, connection } = createOpenRig('client');
    for (let at = 21_000; at <= 120_000; at += 5_000) {
      clock.advanceTo(at);
      transport.receivedBytes += 8_192;
    }
    expect(take().filter((line) => line.startsWith('tell') && !/ping|turn end/.test(line))).toEqual([]);
    expect(connection.liveness?.belief).toBe('alive');
  });

  it('L2: such a peer, frozen at 21 s, is dead 15 s after the look that found its last byte', () => {
    const { clock, transport, owner } = createOpenRig('client');
    clock.advanceTo(21_000);
    transport.receivedBytes += 8_192;
    clock.advanceTo(39_999);
    expect(owner.endings).toEqual([]);
    clock.advanceTo(40_000);
    expect(owner.endings).toMatchObject([{ cause: 'silent' }]);
  });

  it('L5: what shows up in the poll phase before the verdict prevents it', () => {
    const { clock, take, transport, owner } = createOpenRig('client');
    clock.advanceTo(34_999);
    take();
    clock.moveTo(35_000);
    clock.ringDue();
    transport.receivedBytes += 1;
    clock.poll();
    expect(owner.endings).toEqual([]);
    expect(take()).toContain('tell alive');
  });

  it('L2: bytes that were told count once: a verify later is not put off by them', async () => {
    const { clock, transport, connection, receive, owner } = createOpenRig('client');
    clock.advanceTo(10_000);
    receive(ping(1));
    transport.receivedBytes += 6;
    clock.advanceTo(11_000);
    connection.verify();
    await turn();
    clock.advanceTo(26_000);
    expect(owner.endings).toMatchObject([{ cause: 'silent', evidence: { silenceMs: 16_000 } }]);
  });

  it('lets the kernel look from the longest bound of 135 s on, and never where the peer is not watched', () => {
    const guards: number[] = [];
    const guarded = createRig('client');
    Object.assign(guarded.transport, { guard: (silenceMs: number) => guards.push(silenceMs) });
    guarded.connection.handleBytes(PREAMBLE);
    expect(guards).toEqual([]);
    guarded.receive(welcomeFrame());
    expect(guards).toEqual([135_000]);

    const unwatched = createRig('client', { keepalive: false });
    Object.assign(unwatched.transport, { guard: (silenceMs: number) => guards.push(silenceMs) });
    unwatched.connection.handleBytes(PREAMBLE);
    unwatched.receive(welcomeFrame());
    expect(guards).toEqual([135_000]);
  });
});
