/** A session whose connections have a fake transport, and a fake clock below it; events, writes and alarms go into one log. */

import type { Welcome } from '../../src/rules/hello.ts';
import type { SessionOptions } from '../../src/rules/options.ts';
import { resolveSessionOptions } from '../../src/rules/options.ts';
import type { MessageHandler, SessionEvents } from '../../src/session/api.ts';
import { Connection } from '../../src/session/connection.ts';
import type { Ending } from '../../src/session/connection-owner.ts';
import { LiveSession } from '../../src/session/session.ts';
import type { SessionParts } from '../../src/session/session-parts.ts';
import type { Cause } from '../../src/words/cause.ts';
import type { Frame } from '../../src/words/frame.ts';
import type { Logger } from '../../src/words/logger.ts';
import { bytesOf, HELLO, PREAMBLE, welcomeFrame } from './connection-rig.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeTransport } from './fake-transport.ts';
import { textCodec } from './text-codec.ts';

const EVENTS: readonly (keyof SessionEvents)[] = [
  'connect',
  'suspect',
  'alive',
  'health',
  'appStalled',
  'dead',
  'disconnect',
  'reconnecting',
  'drain',
  'end',
];

/** A session that lasts until one of the two ends it, as a client's does, or ends with its first connection. */
class TestSession extends LiveSession {
  readonly #lasts: boolean;
  readonly endings: Ending[] = [];
  onBeforeConnect: (() => void) | undefined;

  constructor(parts: SessionParts, options: SessionOptions, handler: MessageHandler | undefined, lasts: boolean) {
    super(parts, resolveSessionOptions(options), handler);
    this.#lasts = lasts;
  }

  override identify(id: string): void {
    super.identify(id);
  }

  failToDial(cause: Cause, code: string): void {
    this.handleDialEnd(cause, { code, syscall: 'connect', detail: `connect ${code}` });
  }

  protected override beforeConnect(): void {
    this.onBeforeConnect?.();
  }

  protected override afterConnection(ending: Ending): void {
    this.endings.push(ending);
    if (!this.#lasts || this.isClosing) super.afterConnection(ending);
  }
}

export interface SessionRigOptions extends SessionOptions {
  readonly handler?: MessageHandler;
  /** Whether another connection may follow the first. Default: false. */
  readonly lasts?: boolean;
  /** Default: one that writes nothing. */
  readonly logger?: Logger;
}

export interface SessionRig {
  readonly session: TestSession;
  readonly clock: FakeClock;
  /** Every event, write and alarm, since {@link take} was last called. */
  readonly log: string[];
  /** Every event with its payload. */
  readonly told: [name: string, payload: object][];
  /** The log so far, which begins anew. */
  take(): string[];
  /** Begins a connection: its HELLO is written. */
  dial(): Line;
  /** Begins a connection, and answers its HELLO with a WELCOME of `session-1`, unless changed. */
  open(peer?: Partial<Welcome>): Line;
}

/** One connection of the session. */
export interface Line {
  readonly connection: Connection;
  readonly transport: FakeTransport;
  /** These frames come, in one chunk. */
  receive(...frames: Frame[]): void;
}

/** Writes nothing. */
export const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => SILENT };

/**
 * A session at instant 0, without a connection. Idle is not jittered, and the peer's application is not watched: its alarm
 * has a log of its own, in app-alarm.test.ts.
 */
export function createSessionRig({
  handler,
  lasts = false,
  logger = SILENT,
  ...given
}: SessionRigOptions = {}): SessionRig {
  const options: SessionOptions = { appStallTimeout: false, ...given };
  const log: string[] = [];
  const told: [string, object][] = [];
  const clock = new FakeClock(log);
  const publish = (name: string): void => {
    if (name === 'probe') log.push('publish probe');
  };
  const parts = { clock, random: () => 0, codec: textCodec, logger, publish };
  const session = new TestSession(parts, options, handler, lasts);
  for (const name of EVENTS) {
    session.on(name, (payload) => {
      log.push(`tell ${name}`);
      told.push([name, payload]);
    });
  }
  let epoch = 0;
  const dial = (): Line => {
    epoch += 1;
    const transport = new FakeTransport(log);
    const config = resolveSessionOptions(options);
    const handshakeDeadline = clock.now() + config.handshakeTimeoutMs;
    const init = { role: 'client', config, codecName: 'text', epoch, handshakeDeadline, hello: HELLO } as const;
    const connection = new Connection(parts, init, session, () => transport);
    session.attach(connection, epoch, '10.0.0.7:5000');
    return { connection, transport, receive: (...frames) => connection.handleBytes(bytesOf(...frames)) };
  };
  const open = (peer: Partial<Welcome> = {}): Line => {
    const line = dial();
    line.connection.handleBytes(PREAMBLE);
    line.receive(welcomeFrame({ codec: 'text', metadata: { name: 'server' }, ...peer }));
    return line;
  };
  return { session, clock, log, told, take: () => log.splice(0), dial, open };
}
