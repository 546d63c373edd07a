// Two peers that read more slowly than we send, with 50 MB under way to each: the heartbeat goes on beside the messages (L4, W5, D5).

import type { Server, Session, SessionEvents, SystoleError } from '@systole/server';
import { createServer, describe as promise } from '@systole/server';
import type { FaultProxy } from '@systole/testing/proxy';
import { startFaultProxy } from '@systole/testing/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlowReaderConfig } from '../support/child-slow-reader.ts';
import type { Told } from '../support/pair.ts';
import { namesOf, optionsFor, record } from '../support/pair.ts';
import type { Message } from '../support/program.ts';
import { Program, sharedNow } from '../support/program.ts';
import { Tape } from '../support/tape.ts';

const MIB = 2 ** 20;

/** Of each end. A handler of 1 s leaves silences that are longer than idle, and a link that carries bytes all the time leaves none. */
const LIMITS = { keepalive: { idle: 800, interval: 1_000, probes: 4 }, writeTimeout: '6s', pausedTimeout: 0 } as const;
const MAX_BOUND_MS = promise(LIMITS)?.maxBoundMs ?? 0;
/** Room for a machine that is busy with other tests. */
const SLACK_MS = 500;

const LINK_BYTES_PER_SECOND = 100_000;
const HANDLER_MS = 1_000;

/** 50 MB. */
const MESSAGES = 200;
const MESSAGE_BYTES = 250_000;
const OBSERVED_MS = 10_000;
const MAX_RTT_MS = 4_000;

type ReaderName = 'link' | 'handler';

/** A reader, and our session with it, recorded from its first event on. */
interface Reader {
  readonly name: ReaderName;
  readonly program: Program<Message>;
  readonly session: Session;
  readonly tape: Tape<Told>;
}

/** What has come of a reader. */
interface Outcome {
  /** Round trips of PINGs, asked for one after the other while it was observed; that of one without an answer is endless. */
  readonly rttsMs: readonly number[];
  /** What its session had told when the time was over. */
  readonly events: readonly string[];
  /** Bytes that had no result yet when the time was over. */
  readonly queuedBytes: number;
  /** Messages that were handled while it was observed. */
  readonly handled: number;
  /** Bytes that had been sent by then. */
  readonly bytesOut: number;
  readonly end: SessionEvents['disconnect'];
  /** From the freeze to the verdict. */
  readonly verdictMs: number;
  /** What became of the messages in the end: codes, and `handled`. */
  readonly fates: ReadonlySet<string>;
}

const closing: AsyncDisposable[] = [];
const outcomes: Partial<Record<ReaderName, Outcome>> = {};

/**
 * `mostAhead` is what may have been sent and not been handled: the send window to begin with, or the inbox; a message in part; and frames.
 */
const READERS = [
  { name: 'link', title: 'a peer behind a link of 100 KB/s', mostAhead: MIB },
  { name: 'handler', title: 'a peer whose handler takes 1 s a message', mostAhead: 4.5 * MIB },
] as const satisfies readonly { readonly name: ReaderName; readonly title: string; readonly mostAhead: number }[];

/** Both readers, connected: one through the link. */
async function startReaders(server: Server, link: FaultProxy): Promise<readonly Reader[]> {
  const arrivals = new Tape<Pick<Reader, 'session' | 'tape'>>();
  server.on('session', (session) => arrivals.push({ session, tape: record(session) }));
  const programs: Readonly<Record<ReaderName, Program<Message>>> = {
    link: startProgram('link', addressOf(link), 0),
    handler: startProgram('handler', server.address, HANDLER_MS),
  };
  await arrivals.count(2);
  return arrivals.items.map(({ session, tape }) => {
    const name = session.peer?.metadata['name'] as ReaderName;
    return { name, program: programs[name], session, tape };
  });
}

function startProgram(name: ReaderName, address: Server['address'], handlerMs: number): Program<Message> {
  const options = { ...optionsFor(address), ...LIMITS, minPingInterval: 250, metadata: { name } };
  const program = new Program('child-slow-reader', { ...options, handlerMs } satisfies SlowReaderConfig);
  closing.push(program);
  return program;
}

function addressOf({ address }: FaultProxy): { readonly host: string; readonly port: number } {
  if ('path' in address) throw new Error('the proxy is to listen on TCP');
  return address;
}

/** Sends 50 MB, asks for the round trip again and again, freezes the peer, and waits for the verdict. */
async function observe({ session, tape, program }: Reader): Promise<Outcome> {
  const message = new Uint8Array(MESSAGE_BYTES);
  const sent = Array.from({ length: MESSAGES }, () =>
    session.send(message).then(
      () => 'handled',
      ({ code }: SystoleError) => code,
    ),
  );
  const rttsMs = await verifyAgainAndAgain(session);
  const events = namesOf(tape);
  const { queuedBytes, queuedMessages, bytesOut } = session.inspect();

  program.freeze();
  const frozenAt = sharedNow();
  const { payload } = await tape.first((told) => told.type === 'disconnect');
  const verdictMs = sharedNow() - frozenAt;
  session.destroy(); // nobody is to wait for the peer to come back
  return {
    rttsMs,
    events,
    queuedBytes,
    handled: MESSAGES - queuedMessages,
    bytesOut,
    end: payload as SessionEvents['disconnect'],
    verdictMs,
    fates: new Set(await Promise.all(sent)),
  };
}

/** As often as the peer accepts a PING, until one is not answered. */
async function verifyAgainAndAgain(session: Session): Promise<readonly number[]> {
  const rttsMs: number[] = [];
  const endAt = sharedNow() + OBSERVED_MS;
  while (sharedNow() < endAt && rttsMs.at(-1) !== Number.POSITIVE_INFINITY) {
    rttsMs.push(await session.verify({ timeout: OBSERVED_MS }).catch(() => Number.POSITIVE_INFINITY));
  }
  return rttsMs;
}

beforeAll(async () => {
  const server = createServer({ ...LIMITS, minPingInterval: 250, maxQueuedBytes: 64 * MIB });
  closing.push(server);
  await server.listen({ port: 0, host: '127.0.0.1' });
  if (server.address === undefined) throw new Error('the server does not listen');
  const link = await startFaultProxy({ target: server.address });
  closing.push(link);
  link.set({ bytesPerSecond: LINK_BYTES_PER_SECOND });
  const readers = await startReaders(server, link);
  await Promise.all(
    readers.map(async (reader) => {
      outcomes[reader.name] = await observe(reader);
    }),
  );
}, 60_000);

afterAll(async () => {
  await Promise.all(closing.reverse().map((one) => one[Symbol.asyncDispose]()));
});

describe.each(READERS)('$title, with 50 MB under way', ({ name, mostAhead }) => {
  it('has most of them still before it after 10 s, and works on them', () => {
    const { queuedBytes, handled } = of(name);
    expect(queuedBytes).toBeGreaterThan(40 * 1e6);
    expect(handled).toBeGreaterThanOrEqual(2);
  });

  it('L4: answers its PINGs, and nobody is dead or suspect', () => {
    const { rttsMs, events } = of(name);
    expect(rttsMs).not.toContain(Number.POSITIVE_INFINITY);
    expect(rttsMs.length).toBeGreaterThanOrEqual(3);
    expect(events).toEqual(['connect']);
  });

  it('W5: answers each of its PINGs in less than 4 s', () => {
    const { rttsMs } = of(name);
    expect(Math.max(...rttsMs)).toBeLessThan(MAX_RTT_MS);
  });

  it('W5, D5: is sent no more than it can take beyond what it has handled', () => {
    const { bytesOut, handled } = of(name);
    expect(bytesOut - handled * MESSAGE_BYTES).toBeLessThan(mostAhead);
  });

  it('L4: is found dead when it is frozen, within the maximal bound, which is 10 s', () => {
    const { end, verdictMs } = of(name);
    expect(MAX_BOUND_MS).toBe(10_000);
    expect(['silent', 'write-stalled']).toContain(end.cause);
    expect(end.evidence.silenceMs).toBeLessThanOrEqual(MAX_BOUND_MS + SLACK_MS);
    expect(verdictMs).toBeLessThanOrEqual(MAX_BOUND_MS + SLACK_MS);
    // Not before the freeze: from evidence on, idle may be shortened by a tenth, never the window of the probes.
    expect(verdictMs).toBeGreaterThan(LIMITS.keepalive.interval * LIMITS.keepalive.probes);
  });

  it('D4: leaves no message without its fate', () => {
    const { fates } = of(name);
    for (const fate of fates) expect(['handled', 'ERR_IN_DOUBT', 'ERR_CLOSED']).toContain(fate);
    expect(fates).toContain('ERR_CLOSED'); // most were never sent
  });
});

function of(name: ReaderName): Outcome {
  const outcome = outcomes[name];
  if (outcome === undefined) throw new Error(`nothing has come of the ${name}`);
  return outcome;
}
