/** Two ends of one connection in virtual time: real sessions and connections, and a simulated link between them. */

import type {
  Clock,
  ConnectionOwner,
  Ending,
  Evidence,
  Frame,
  Hello,
  Instant,
  MessageHandler,
  SessionEvents,
  SessionOptions,
  Transport,
  TransportListener,
} from '@systole/core';
import { Connection, FrameDecoder, msgpackCodec, resolveSessionOptions } from '@systole/core';
import type { SessionParts, Standing } from '@systole/core/internal';
import { LiveSession } from '@systole/core/internal';
import type { LinkEnd, LinkOptions, SimulatedClock } from '@systole/testing';
import { SimulatedLink, SimulatedWorld } from '@systole/testing';

/** Magic and version. */
const PREAMBLE_BYTES = 5;

/** An event as it was told, with the instant on the clock of its own process. */
export type Told = {
  readonly [Name in keyof SessionEvents]: {
    readonly at: Instant;
    readonly name: Name;
    readonly payload: SessionEvents[Name];
  };
}[keyof SessionEvents];

const EVENTS: readonly (keyof SessionEvents)[] = [
  'connect',
  'suspect',
  'alive',
  'health',
  'appStalled',
  'dead',
  'disconnect',
  'drain',
  'end',
];

/** A frame that was written or read. */
interface Seen {
  /** On the clock of the process that has seen it. */
  readonly at: Instant;
  readonly frame: Frame;
}

/** Reads along in one direction of a byte stream. */
class FrameTap {
  readonly frames: Seen[] = [];
  bytes = 0;
  readonly #decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);

  /** The frames that these bytes complete. */
  push(chunk: Uint8Array, at: Instant): Seen[] {
    const skipped = Math.max(Math.min(PREAMBLE_BYTES - this.bytes, chunk.length), 0);
    this.bytes += chunk.length;
    this.#decoder.push(chunk.subarray(skipped));
    const fresh: Seen[] = [];
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) fresh.push({ at, frame });
    this.frames.push(...fresh);
    return fresh;
  }

  /** Instants at which a frame of this type was seen. */
  timesOf(type: Frame['type']): Instant[] {
    return this.frames.filter(({ frame }) => frame.type === type).map(({ at }) => at);
  }
}

/** Frames that are about to be written at once. */
export interface Writing {
  readonly frames: readonly Frame[];
  /** Bytes that were written before them, and how many of those the kernel has taken. */
  readonly position: number;
  readonly taken: number;
}

/** One end, as tests look at it. */
export interface PairEnd {
  readonly clock: SimulatedClock;
  readonly session: LiveSession;
  readonly connection: Connection;
  /** Every event that the session has told. */
  readonly told: Told[];
  readonly sent: FrameTap;
  readonly received: FrameTap;
  /** The instant of the last byte that came. */
  readonly heardAt: Instant;
  /** How the connection ended; undefined while it has not. */
  readonly ending: Ending | undefined;
}

/** What one end is made of. */
export interface EndOptions extends SessionOptions {
  readonly handler?: MessageHandler;
  /** For the jitter of idle. Default: always 0, so that idle is exact. */
  readonly random?: () => number;
  /** The process that it lives in. Default: one of its own. */
  readonly clock?: SimulatedClock;
  /** What its connection sees of that clock. Default: the clock itself. */
  readonly watchClock?: (clock: SimulatedClock) => Clock;
  /** Is told of every write. */
  readonly onWrite?: (writing: Writing) => void;
}

export interface PairOptions {
  /** For both ends; `client` and `server` say what is different at one of them. */
  readonly both?: EndOptions;
  readonly client?: EndOptions;
  readonly server?: EndOptions;
  /** The client is its end `a`. */
  readonly link?: LinkOptions;
  /** Default: a world of its own, at instant 0. */
  readonly world?: SimulatedWorld;
}

export interface SessionPair {
  readonly world: SimulatedWorld;
  readonly link: SimulatedLink;
  readonly client: PairEnd;
  readonly server: PairEnd;
}

/** A client that has begun to speak, and a server that has not heard it yet: the world has to be advanced. */
export function createPair({
  both,
  client,
  server,
  link: linkOptions,
  world = new SimulatedWorld(),
}: PairOptions = {}): SessionPair {
  const clientOptions = { ...both, ...client };
  const serverOptions = { ...both, ...server };
  const clientClock = clientOptions.clock ?? world.clock();
  const serverClock = serverOptions.clock ?? world.clock();
  const link = new SimulatedLink(clientClock, serverClock, linkOptions);
  return {
    world,
    link,
    server: new ServerEnd(serverClock, link.b, serverOptions),
    client: new ClientEnd(clientClock, link.a, clientOptions),
  };
}

/** Both ends know each other: the handshake has taken the `ms` that it needs, by default none. */
export function connectPair(options: PairOptions = {}, ms = 0): SessionPair {
  const pair = createPair(options);
  pair.world.advance(ms);
  for (const { told } of [pair.client, pair.server]) {
    if (told[0]?.name !== 'connect') throw new Error(`no handshake within ${ms} ms`);
  }
  return pair;
}

/** The names of the events, in order. */
export function namesOf({ told }: PairEnd): string[] {
  return told.map(({ name }) => name);
}

/** The one event of this name, if it was told. */
export function eventOf<Name extends keyof SessionEvents>(
  { told }: PairEnd,
  name: Name,
): Extract<Told, { name: Name }> | undefined {
  return told.find((event): event is Extract<Told, { name: Name }> => event.name === name);
}

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => logger };

/** What both kinds of ends are. */
class End implements PairEnd {
  readonly clock: SimulatedClock;
  readonly told: Told[] = [];
  readonly sent = new FrameTap();
  readonly received = new FrameTap();
  readonly session: EndSession;
  protected readonly parts: SessionParts;
  protected readonly options: EndOptions;
  readonly #watch: Clock;
  #heardAt = 0;

  constructor(clock: SimulatedClock, options: EndOptions) {
    this.clock = clock;
    this.options = options;
    this.#watch = options.watchClock?.(clock) ?? clock;
    this.parts = {
      clock: this.#watch,
      codec: msgpackCodec(),
      random: options.random ?? (() => 0),
      logger,
      publish: () => {},
    };
    this.session = new EndSession(this.parts, resolveSessionOptions(sessionOptions(options)), options.handler);
    for (const name of EVENTS) {
      this.session.on(name, (payload) => this.told.push({ at: clock.now(), name, payload } as Told));
    }
  }

  get connection(): Connection {
    throw new Error('an end has a connection');
  }

  get heardAt(): Instant {
    return this.#heardAt;
  }

  get ending(): Ending | undefined {
    return this.session.ending;
  }

  /** Attaches the listener behind the taps, and gives the transport before them. */
  protected open(link: LinkEnd, listener: TransportListener): Transport {
    link.attach({
      handleBytes: (chunk) => {
        this.#heardAt = this.clock.now();
        this.received.push(chunk, this.#heardAt);
        listener.handleBytes(chunk);
      },
      handleEnd: () => listener.handleEnd(),
      handleDrained: () => listener.handleDrained(),
      handleClosed: (error) => listener.handleClosed(error),
    });
    return {
      write: (chunks) => {
        const position = this.sent.bytes;
        const fresh = chunks.flatMap((chunk) => this.sent.push(chunk, this.clock.now()));
        const frames = fresh.map(({ frame }) => frame);
        this.options.onWrite?.({ frames, position, taken: position - link.unwritten });
        link.write(chunks);
      },
      get unwritten() {
        return link.unwritten;
      },
      get receivedBytes() {
        return link.receivedBytes;
      },
      end: () => link.end(),
      destroy: () => link.destroy(),
      pause: () => link.pause(),
      resume: () => link.resume(),
    };
  }
}

class ClientEnd extends End {
  readonly #connection: Connection;

  constructor(clock: SimulatedClock, link: LinkEnd, options: EndOptions) {
    super(clock, options);
    const { parts } = this;
    const config = resolveSessionOptions(sessionOptions(options));
    const identity = { boot: 'client', epoch: 1, ...this.session.stand(), metadata: {} };
    const init = {
      role: 'client',
      config,
      codecName: parts.codec.name,
      epoch: 1,
      handshakeDeadline: clock.now() + config.handshakeTimeoutMs,
      hello: { ...identity, session: '', token: '', credentials: undefined },
    } as const;
    this.#connection = new Connection(parts, init, this.session, (listener) => this.open(link, listener));
    this.session.attach(this.#connection, 1, 'server');
  }

  override get connection(): Connection {
    return this.#connection;
  }
}

class ServerEnd extends End {
  readonly #connection: Connection;

  constructor(clock: SimulatedClock, link: LinkEnd, options: EndOptions) {
    super(clock, options);
    const { parts, session } = this;
    const config = resolveSessionOptions(sessionOptions(options));
    const init = {
      role: 'server',
      config,
      codecName: parts.codec.name,
      epoch: 0,
      handshakeDeadline: clock.now() + config.handshakeTimeoutMs,
    } as const;
    const acceptor = new Acceptor(
      (hello) => session.welcome(this.#connection, hello),
      (ending) => session.endBeforeItBegan(ending),
    );
    this.#connection = new Connection(parts, init, acceptor, (listener) => this.open(link, listener));
  }

  override get connection(): Connection {
    return this.#connection;
  }
}

/** Owns the server's connection until HELLO has come. */
class Acceptor implements ConnectionOwner {
  readonly #welcome: (hello: Hello) => void;
  readonly #end: (ending: Ending) => void;

  constructor(welcome: (hello: Hello) => void, end: (ending: Ending) => void) {
    this.#welcome = welcome;
    this.#end = end;
  }

  handleHello(hello: Hello): void {
    this.#welcome(hello);
  }

  handleEnd(ending: Ending): void {
    this.#end(ending);
  }

  establish(): void {}
  handleOpen(): void {}
  handleFrame(): void {}
  handlePong(): void {}
  handleGoodbye(): void {}
  handleTiding(): void {}
  handleTurnEnd(): void {}
  pong(): undefined {}
  nextFrame(): undefined {}
}

/** A session that lives as long as its one connection. */
class EndSession extends LiveSession {
  ending: Ending | undefined;

  welcome(connection: Connection, { epoch }: Hello): void {
    this.identify('session-1');
    this.attach(connection, epoch, 'client');
    const identity = { boot: 'server', epoch, ...this.stand(), metadata: {} };
    connection.accept(this, { ...identity, session: 'session-1', token: '' });
  }

  override stand(): Standing {
    return { ...super.stand(), resumeMs: 0 };
  }

  endBeforeItBegan(ending: Ending): void {
    this.afterConnection(ending);
  }

  protected override afterConnection(ending: Ending): void {
    this.ending = ending;
    super.afterConnection(ending);
  }
}

function sessionOptions({ handler, random, clock, watchClock, onWrite, ...options }: EndOptions): SessionOptions {
  // What it asks for would begin silences of its own.
  return { appStallTimeout: false, ...options };
}

/** The evidence of the end, for tests that expect one. */
export function evidenceOf({ ending }: PairEnd): Evidence {
  if (ending === undefined) throw new Error('the connection has not ended');
  return ending.evidence;
}
