/** The end under test: real sessions and connections of core, with as much of a client or a server around them as vectors need. */

import type {
  Ending,
  Hello,
  MessageHandler,
  SessionConfig,
  Terms,
  Transport,
  TransportListener,
  Welcome,
} from '@systole/core';
import { Connection, msgpackCodec, resolveSessionOptions } from '@systole/core';
import type { Publish, SessionParts } from '@systole/core/internal';
import { LiveSession } from '@systole/core/internal';
import type { ManualClock } from '@systole/testing';
import type { EndSettings } from './conversation.ts';

/** What a house needs of a line. */
export interface Line {
  attach(listener: TransportListener): Transport;
}

/** Behind these nobody goes on. */
const BREACHES: ReadonlySet<string> = new Set(['protocol-error', 'too-many-pings']);

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => logger };

/** What both kinds of houses are made of. */
export class Household {
  readonly parts: SessionParts;
  readonly config: SessionConfig;
  readonly handler: MessageHandler;
  /** Of each line that has ended. */
  readonly endings: Map<Line, string> = new Map();
  readonly boot: string;

  /** `publish` hears of every event of every session. */
  constructor(clock: ManualClock, settings: EndSettings, handler: MessageHandler, publish: Publish = () => {}) {
    const { keepalive, role } = settings;
    this.parts = { clock, codec: msgpackCodec(), random: () => 0, logger, publish };
    this.handler = handler;
    this.boot = role === 'client' ? 'c1' : 'a9';
    this.config = resolveSessionOptions({
      keepalive: keepalive === null ? false : { idle: keepalive[0], interval: keepalive[1], probes: keepalive[2] },
      minPingInterval: settings.minPing,
      maxMessageBytes: settings.maxMessage,
      maxUnhandledBytes: settings.credit,
      resumeWindow: settings.resume,
      handshakeTimeout: settings.handshakeTimeout,
      closeTimeout: settings.closeTimeout,
      appStallTimeout: false, // asks PINGs of its own
    });
  }

  /** What a connection needs, beside who begins. */
  get init(): { config: SessionConfig; codecName: string; handshakeDeadline: number } {
    const { clock, codec } = this.parts;
    const { config } = this;
    return { config, codecName: codec.name, handshakeDeadline: clock.now() + config.handshakeTimeoutMs };
  }
}

/** A session that tells by which line it was lost. */
abstract class HouseSession extends LiveSession {
  protected readonly household: Household;
  protected line: Line | undefined;
  protected windowMs = 0;

  constructor(household: Household) {
    super(household.parts, household.config, household.handler);
    this.household = household;
  }

  protected override afterConnection(ending: Ending): void {
    if (this.line !== undefined) this.household.endings.set(this.line, ending.cause);
    const { cause } = ending;
    if (this.isClosing || cause === 'rejected') return this.endSession(ending);
    if (BREACHES.has(cause) || this.windowMs === 0) return this.giveUp(ending);
    const lost = this.line;
    const forgetAt = this.clock.now() + this.windowMs;
    const alarm = this.clock.alarm({ handleAlarm: () => (this.line === lost ? this.giveUp(ending) : undefined) });
    alarm.set(forgetAt);
  }

  /** The session cannot be resumed any more. */
  protected abstract giveUp(ending: Ending): void;
}

/** A client that dials when the vector says so. */
export class ClientHouse extends HouseSession {
  #epoch = 0;
  #token = '';

  begin(line: Line): void {
    this.line = line;
    this.#epoch += 1;
    const { parts, init, boot } = this.household;
    const session = this.#token === '' ? '' : this.id;
    const identity = { boot, epoch: this.#epoch, ...this.stand(), metadata: {} };
    const hello = { ...identity, session, token: this.#token, credentials: undefined };
    const all = { ...init, role: 'client', epoch: this.#epoch, hello } as const;
    this.attach(new Connection(parts, all, this, (listener) => line.attach(listener)), this.#epoch, 'server');
  }

  override establish(terms: Terms, welcome: Hello | Welcome): void {
    super.establish(terms, welcome);
    this.identify(welcome.session);
    this.windowMs = Math.min(this.config.resumeWindowMs, welcome.resumeMs);
    this.#token = this.windowMs > 0 ? welcome.token : '';
  }

  protected override isResumedBy(peer: Hello | Welcome): boolean {
    return this.#token !== '' && super.isResumedBy(peer);
  }

  protected override giveUp(): void {
    this.forget();
  }

  protected override forget(): void {
    this.#token = '';
    super.forget();
  }
}

/** A server that keeps its sessions, and gives the ids s1, s2 and so on, and the tokens t1, t2 and so on. */
export class ServerHouse {
  readonly household: Household;
  readonly #sessions = new Map<string, ServedSession>();
  #served = 0;
  #tokens = 0;

  constructor(household: Household) {
    this.household = household;
  }

  /** The session that was served last. */
  newest: ServedSession | undefined;

  begin(line: Line): void {
    const { parts, init, endings } = this.household;
    const end = ({ cause }: Ending): void => void endings.set(line, cause);
    const connection: Connection = new Connection(
      parts,
      { ...init, role: 'server', epoch: 0 },
      {
        handleHello: (hello) => this.#handleHello(connection, line, hello),
        handleEnd: end,
        establish: () => {},
        handleOpen: () => {},
        handleFrame: () => {},
        handlePong: () => {},
        handleGoodbye: () => {},
        handleTiding: () => {},
        handleTurnEnd: () => {},
        pong: () => undefined,
        nextFrame: () => undefined,
      },
      (listener) => line.attach(listener),
    );
  }

  issueToken(): string {
    this.#tokens += 1;
    return `t${this.#tokens}`;
  }

  forget({ id }: ServedSession): void {
    this.#sessions.delete(id);
  }

  #handleHello(connection: Connection, line: Line, hello: Hello): void {
    const known = this.#sessions.get(hello.session);
    if (known?.matches(hello.token) !== true) return this.#serve(connection, line, hello);
    if (hello.epoch <= known.epoch) {
      return connection.refuse({ code: 'superseded', reason: known.peer?.boot ?? '' }, { cause: 'superseded' });
    }
    const gap = known.findGap(hello);
    if (gap !== undefined) {
      return connection.refuse({ code: 'protocol-error', reason: gap }, { cause: 'protocol-error' });
    }
    // Its goodbye was for the old connection, if it has ended now.
    if (known.letGo(hello)) known.goOn(connection, line, hello);
    else this.#serve(connection, line, hello);
  }

  #serve(connection: Connection, line: Line, hello: Hello): void {
    this.#served += 1;
    const session = new ServedSession(this, `s${this.#served}`);
    this.#sessions.set(session.id, session);
    this.newest = session;
    session.goOn(connection, line, hello);
  }
}

/** A session at the server. */
class ServedSession extends HouseSession {
  readonly #house: ServerHouse;
  #known: string | undefined;
  #fresh: string | undefined;
  #isResumed = false;

  constructor(house: ServerHouse, id: string) {
    super(house.household);
    this.#house = house;
    this.identify(id);
  }

  matches(token: string): boolean {
    return this.windowMs > 0 && (token === this.#known || token === this.#fresh);
  }

  /** Lets go of its connection, for another to come; false if that has ended it. */
  letGo({ boot }: Hello): boolean {
    if (this.hasConnection) this.supersede(boot);
    return !this.isEnded;
  }

  goOn(connection: Connection, line: Line, { epoch, resumeMs, token }: Hello): void {
    this.line = line;
    this.windowMs = Math.min(this.config.resumeWindowMs, resumeMs);
    this.#isResumed = this.#fresh !== undefined;
    if (token !== '' && token === this.#fresh) this.#known = token;
    this.#fresh = this.#house.issueToken();
    this.attach(connection, epoch, 'client');
    const identity = { session: this.id, token: this.windowMs === 0 ? '' : this.#fresh, boot: this.household.boot };
    connection.accept(this, { ...identity, epoch, ...this.stand(), metadata: {} });
  }

  /** A stranger may have named the session before there was one: ids are easily guessed here. */
  protected override isResumedBy(): boolean {
    return this.#isResumed;
  }

  override handleFrame(frame: Parameters<LiveSession['handleFrame']>[0]): void {
    this.#known = this.#fresh;
    super.handleFrame(frame);
  }

  protected override giveUp(ending: Ending): void {
    this.endSession(ending);
  }

  protected override endSession(ending: Parameters<LiveSession['endSession']>[0]): void {
    this.#house.forget(this);
    super.endSession(ending);
  }
}
