/** One end: a real exchange, and around it what a session does, as far as delivery is concerned. */

import type { Exchange, Stream } from '../../src/machines/exchange.ts';
import { NO_COUNTERS } from '../../src/machines/exchange.ts';
import type { Received } from '../../src/machines/inbox.ts';
import { Letter, outcomeOf, payloadOf } from './letter.ts';
import type { Goodbye, Introduction, Message, Plan, Scope, Travelling } from './words.ts';
import { must } from './words.ts';

/** What an end is told of the stream that its frames leave by. */
export type Outlet = Omit<Stream, 'bytesIn'>;

/** `stale`: the connection is gone, and this end has not noticed. */
export type Link = 'none' | 'dialling' | 'open' | 'stale';

interface Closing {
  scope: Scope;
  said: boolean;
  heard: boolean;
}

const IN_DOUBT = new Error('in doubt');
const CLOSED = new Error('closed');

/** See the head of the file. It survives crashes of its process: only {@link crash} knows what does not. */
export class End {
  readonly plan: Plan;
  exchange: Exchange | undefined;
  /** 0: none. */
  session = 0;
  link: Link = 'none';
  closing: Closing | undefined;
  isFinSent = false;
  /** Whether the client has closed for good. */
  isEnded = false;
  /** What the handler is at; an orphan's outcome concerns nobody. */
  running: { readonly received: Received; isOrphan: boolean } | undefined;
  /** What was sent, by all processes of this end. */
  readonly letters: Letter[] = [];
  /** The last message of the peer's that was handed to the handler, by all processes of this end, and which were. */
  lastHandled = 0;
  handled = 0;
  dials = 0;
  crashes = 0;
  closes = 0;
  /** What was put since it was last emptied. */
  out: Travelling[] = [];

  constructor(plan: Plan) {
    this.plan = plan;
    if (plan.role === 'client') this.exchange = this.createExchange();
  }

  // What the user does.

  send(): void {
    const letter = new Letter(this.letters.length + 1, this.nextMessage as Message);
    this.letters.push(letter);
    this.mustExchange().outbox.add(letter);
  }

  get nextMessage(): Message | undefined {
    return this.plan.bounds[this.plan.role][this.letters.length];
  }

  close(scope: Scope): void {
    this.closes += 1;
    if (this.link === 'open' || this.link === 'stale') this.beginClosing(scope);
    else if (scope === 'session') this.end();
  }

  /** The handler gets the next message. */
  start(): void {
    const received = this.mustExchange().inbox.take();
    if (received === undefined) return;
    const [id = 0] = received.payload;
    const message = this.peerMessage(id);
    must(
      String(received.payload) === String(payloadOf(id, message)),
      () => `message ${id} has come as ${received.payload}`,
    );
    must(id > this.lastHandled, () => `message ${id} is handled behind ${this.lastHandled}`);
    this.lastHandled = id;
    this.handled |= 1 << id;
    this.running = { received, isOrphan: false };
  }

  finish(): void {
    const { received, isOrphan } = this.mustBe(this.running);
    this.running = undefined;
    const [id = 0] = received.payload;
    if (!isOrphan) this.mustExchange().inbox.finish(received, outcomeOf(id, this.peerMessage(id)));
  }

  // What the connection does.

  dial(): void {
    const exchange = this.mustExchange();
    this.link = 'dialling';
    this.dials += 1;
    const { session, dials } = this;
    const credit = exchange.inbox.grant();
    this.out.push({ type: 'hello', session, epoch: dials, counters: exchange.counters, credit });
  }

  /** Puts what can leave now, runs the handler, and says FIN: what a connection does after whatever happens. */
  turn({ takesPayload, isLeaving }: Outlet): void {
    while (this.put({ takesPayload, isLeaving: isLeaving || this.out.length > 0 }));
    if (this.running === undefined && this.exchange !== undefined) this.start();
  }

  /** Puts the next frame; false if there is none. */
  put(outlet: Outlet): boolean {
    if ((this.link !== 'open' && this.link !== 'stale') || this.isFinSent || this.exchange === undefined) return false;
    const { exchange } = this;
    const frame = exchange.next({ ...outlet, bytesIn: 0 });
    if (frame !== undefined) {
      if (frame.type === 'data' && (frame.part === 'whole' || frame.part === 'last')) {
        const letter = this.letters[(frame.payload[0] ?? 0) - 1];
        must(letter !== undefined, () => 'a message is sent again whose bytes the peer had');
        letter.wasSent = true;
      }
      this.out.push(frame);
      return true;
    }
    if (this.closing === undefined || this.closing.said || exchange.hasToSend) return false;
    this.closing.said = true;
    exchange.handleFarewell();
    this.out.push({ type: 'close', scope: this.closing.scope, lastAccepted: exchange.inbox.received });
    return true;
  }

  deliver(frame: Travelling): void {
    switch (frame.type) {
      case 'hello':
        return this.handleHello(frame);
      case 'welcome':
        return this.handleWelcome(frame);
      case 'close':
        return this.handleClose(frame);
      case 'fin':
        must(this.isFinSent, () => 'FIN comes before this end has what it waits for');
        return this.lose();
      default:
        must(frame.type !== 'data' || this.closing?.heard !== true, () => 'DATA comes behind CLOSE');
        // Our CLOSE has named the last message that we take.
        if (frame.type === 'data' && this.closing?.said === true) return;
        return this.mustExchange().handleFrame(frame);
    }
  }

  private handleHello(hello: Introduction): void {
    if (this.link !== 'none') this.lose();
    const isKnown = this.session !== 0 && this.session === hello.session;
    if (!isKnown) {
      this.end();
      this.session = hello.epoch;
      this.exchange = this.createExchange();
    }
    const exchange = this.mustExchange();
    const peer = isKnown ? hello.counters : NO_COUNTERS;
    must(exchange.findGap(peer) === undefined, () => `HELLO has ${exchange.findGap(peer)}`);
    const credit = exchange.inbox.grant();
    this.out.push({ type: 'welcome', session: this.session, epoch: hello.epoch, counters: exchange.counters, credit });
    exchange.open({ maxMessageBytes: this.plan.bounds.maxUnhandledBytes - 1, credit: hello.credit }, peer);
    this.link = 'open';
  }

  private handleWelcome({ session, counters, credit }: Introduction): void {
    const exchange = this.mustExchange();
    if (session !== this.session) {
      this.restart();
      this.session = session;
    }
    must(exchange.findGap(counters) === undefined, () => `WELCOME has ${exchange.findGap(counters)}`);
    exchange.open({ maxMessageBytes: this.plan.bounds.maxUnhandledBytes - 1, credit }, counters);
    this.link = 'open';
  }

  private handleClose({ scope, lastAccepted }: Goodbye): void {
    const closing = this.beginClosing(scope);
    closing.heard = true;
    const exchange = this.mustExchange();
    exchange.handleGoodbye(lastAccepted);
    if (closing.scope === 'session') for (const parcel of exchange.outbox.takeUnsent()) parcel.failed(CLOSED);
  }

  /** Whoever means the session ends it for both. */
  private beginClosing(scope: Scope): Closing {
    this.closing ??= { scope, said: false, heard: false };
    if (scope === 'session') this.closing.scope = scope;
    return this.closing;
  }

  /** Both goodbyes are said, and nothing is owed: FIN. */
  handleTurnEnd(): void {
    if (this.link !== 'open' || this.isFinSent || this.exchange?.isSettled !== true) return;
    if (this.closing?.said !== true || !this.closing.heard) return;
    this.isFinSent = true;
    this.out.push({ type: 'fin' });
  }

  /** Nobody has told this end. */
  cut(): void {
    if (this.link !== 'none') this.link = 'stale';
  }

  /** This end knows that its connection is gone. */
  lose(): void {
    this.mustExchange().lose();
    this.link = 'none';
    this.isFinSent = false;
    const scope = this.closing?.scope;
    this.closing = undefined;
    if (scope === 'session') this.end();
  }

  // What ends a session.

  /** The peer has not come back in time. A client goes on with another session. */
  expire(): void {
    if (this.plan.role === 'server') return this.end();
    this.restart();
    this.session = 0;
  }

  end(): void {
    if (this.plan.role === 'client') this.isEnded = true;
    this.restart();
    for (const parcel of this.exchange?.outbox.takeUnsent() ?? []) parcel.failed(CLOSED);
    this.session = 0;
    if (this.plan.role === 'server') this.exchange = undefined;
  }

  private restart(): void {
    for (const parcel of this.exchange?.restart() ?? []) parcel.failed(IN_DOUBT);
    if (this.running !== undefined) this.running.isOrphan = true;
  }

  /** The process is gone with all that it knew, and another one starts. */
  crash(): void {
    for (const letter of this.letters) letter.vanish();
    this.crashes += 1;
    this.exchange = this.plan.role === 'client' ? this.createExchange() : undefined;
    this.session = 0;
    this.link = 'none';
    this.closing = undefined;
    this.isFinSent = false;
    this.isEnded = false;
    this.running = undefined;
  }

  /** Which messages are acknowledged by now; see {@link Letter.forget}. */
  forget(): number {
    let acknowledged = 0;
    for (const letter of this.letters) if (letter.forget()) acknowledged |= 1 << letter.id;
    return acknowledged;
  }

  private createExchange(): Exchange {
    const { machines, bounds } = this.plan;
    const { maxUnhandledBytes } = bounds;
    return new machines.Exchange({ maxMessageBytes: maxUnhandledBytes - 1, maxUnhandledBytes });
  }

  private mustExchange(): Exchange {
    return this.mustBe(this.exchange);
  }

  private peerMessage(id: number): Message {
    const { role, bounds } = this.plan;
    const message = bounds[role === 'client' ? 'server' : 'client'][id - 1];
    must(message !== undefined, () => `message ${id} has come, and there is none`);
    return message;
  }

  private mustBe<Value>(value: Value | undefined): Value {
    must(value !== undefined, () => 'the model is in a state that it does not know');
    return value;
  }
}
