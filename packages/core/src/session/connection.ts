/** One socket's lifetime: bytes in, bytes out, handshake, heartbeat, end. Plumbing between a transport, the machines and an owner. */

import type { Stream } from '../machines/exchange.ts';
import type { HandshakeStep } from '../machines/handshake.ts';
import type { Liveness } from '../machines/liveness.ts';
import { causeOfTransportError, isGoodbye } from '../rules/classify.ts';
import { cutText } from '../rules/cut-text.ts';
import { FrameDecoder } from '../rules/decoder.ts';
import type { Hello, Welcome } from '../rules/hello.ts';
import { encodeHello, encodeWelcome } from '../rules/hello.ts';
import { maxBoundMs } from '../rules/keepalive.ts';
import { MAX_FRAME_BYTES, MAX_HANDSHAKE_BYTES, MAX_HANDSHAKE_FRAME_BYTES, MAX_REASON_BYTES } from '../rules/limits.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { SessionConfig } from '../rules/options.ts';
import type { Cause, Phase } from '../words/cause.ts';
import type { Alarm, AlarmOwner, Clock, Instant } from '../words/clock.ts';
import { ProtocolError } from '../words/errors.ts';
import type { CloseCode, CloseFrame, Frame, PongFrame } from '../words/frame.ts';
import type { Transport, TransportError, TransportListener } from '../words/transport.ts';
import type {
  ConnectionInit,
  ConnectionOwner,
  ConnectionParts,
  Introduction,
  LivenessTiding,
  Refusal,
} from './connection-owner.ts';
import type { NamedEnd, Seen } from './ending.ts';
import { closeOf, endOfClose, evidenceOf } from './ending.ts';
import { Farewell } from './farewell.ts';
import type { LivenessWish } from './heartbeat.ts';
import { Heartbeat } from './heartbeat.ts';
import { Opening } from './opening.ts';
import { Outgoing } from './outgoing.ts';

/** What is told when a turn has written and armed. */
type Tiding =
  | LivenessTiding
  | { readonly type: 'dead'; readonly verdict: Cause }
  | { readonly type: 'hello'; readonly hello: Hello; readonly terms: Terms }
  | { readonly type: 'open' };

/** Drives one connection: the listener of its transport and the owner of its alarm. */
export class Connection implements TransportListener, AlarmOwner, Stream {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #config: SessionConfig;
  readonly #alarm: Alarm;
  readonly #transport: Transport;
  readonly #outgoing: Outgoing;
  /** While part of a frame is in; an idle connection has none. */
  #decoder: FrameDecoder | undefined;
  #owner: ConnectionOwner;
  #phase: Phase | 'ended' = 'handshake';
  #epoch: number;
  #bytesIn = 0;
  /** The transport's count of received bytes when it was last looked at. */
  #receivedAtLook = 0;
  /** Until the handshake is over. */
  #opening: Opening | undefined;
  /** From then on. */
  #heartbeat: Heartbeat | undefined;
  /** Made when a goodbye begins. */
  #farewell: Farewell | undefined;

  // One turn's.
  #tidings: Tiding[] | undefined;
  #turnAsked = false;

  /** `open` gives the transport for this listener; the transport must not call back before `open` has returned. */
  constructor(
    { clock, random }: ConnectionParts,
    init: ConnectionInit,
    owner: ConnectionOwner,
    open: (listener: TransportListener) => Transport,
  ) {
    const opening = new Opening(init);
    this.#clock = clock;
    this.#random = random;
    this.#config = init.config;
    this.#owner = owner;
    this.#epoch = init.epoch;
    this.#opening = opening;
    this.#alarm = clock.alarm(this);
    this.#transport = open(this);
    this.#outgoing = new Outgoing(this.#transport);
    if (init.hello !== undefined) {
      this.#outgoing.putPreamble();
      this.#outgoing.put({ type: 'hello', body: encodeHello(opening.introduce(init.hello)) });
    }
    this.#turn();
  }

  // What the owner asks for.

  /** Server: answers HELLO with WELCOME, and belongs to `owner` from now on. False if the connection is gone by now. */
  accept(owner: ConnectionOwner, introduction: Introduction<Welcome>): boolean {
    const opening = this.#opening;
    const introduced = opening?.introduced;
    if (opening === undefined || introduced === undefined || this.#phase === 'ended') return false;
    this.#owner = owner;
    this.#epoch = introduced.hello.epoch;
    owner.establish(introduced.terms, introduced.hello);
    this.#outgoing.putPreamble();
    this.#outgoing.put({ type: 'welcome', body: encodeWelcome(opening.introduce(introduction)) });
    this.#open(introduced.terms);
    this.#turn();
    return true;
  }

  /** Ends it with CLOSE; a server answers HELLO so, too. `end` says what it is called here, if that is not `rejected` for the reason alone. */
  refuse(close: Refusal, end: Partial<NamedEnd> = {}): void {
    const reason = cutText(close.reason, MAX_REASON_BYTES); // what the peer reads: no more of it is kept and logged here
    this.#end({ cause: 'rejected', detail: reason, ...end }, { ...close, reason });
  }

  /** Something waits in `nextFrame`. All that is asked for in one turn of the event loop leaves in one write. */
  requestTurn(): void {
    if (this.#turnAsked || this.#phase === 'ended') return;
    this.#turnAsked = true;
    queueMicrotask(() => {
      this.#turnAsked = false;
      this.#turn();
    });
  }

  /** Our goodbye may take so long from now on, said or not; again, it can only be cut short. */
  limitGoodbye(timeoutMs: number): void {
    this.#leave().begin(this.#clock.now() + timeoutMs);
    this.requestTurn();
  }

  /** Both goodbyes are said and nothing is owed: sends FIN, and ends when the peer's has come. */
  finish(): void {
    const farewell = this.#leave();
    if (farewell.isFinSent || this.#phase === 'ended') return;
    farewell.handleFinSent();
    this.#outgoing.flush();
    this.#transport.end();
    this.#alarm.set(this.#deadline);
  }

  /** Ends it now, whatever is queued (L9). */
  destroy(cause: Cause, detail?: string): void {
    this.#end({ cause, detail });
  }

  /** Asks the peer now whether it lives; the answer is told as `pong`. */
  verify(): void {
    const now = this.#clock.now();
    this.#lookBelow(now);
    this.liveness?.handleWritten(this.#outgoing.written);
    this.liveness?.handleVerify(now);
    this.requestTurn();
  }

  /** Stops reading; the verdict about the peer is frozen meanwhile (L5). */
  pause(): void {
    this.#transport.pause();
    this.#heartbeat?.liveness.handlePaused(this.#clock.now());
    this.requestTurn();
  }

  /** Reads again. */
  resume(): void {
    this.#transport.resume();
    this.#heartbeat?.liveness.handleResumed(this.#clock.now());
    this.requestTurn();
  }

  // What the owner may look at.

  /** Whether the handshake is over and the connection is not. */
  get isOpen(): boolean {
    return this.#phase === 'open' || this.#phase === 'closing';
  }

  /** The machine that judges the peer; undefined before the handshake is over. */
  get liveness(): Liveness | undefined {
    return this.#heartbeat?.liveness;
  }

  /** Milliseconds since the last received byte. */
  get silenceMs(): number | undefined {
    const heardAt = this.liveness?.evidenceAt ?? this.#opening?.heardAt;
    return heardAt === undefined ? undefined : this.#clock.now() - heardAt;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  /** Bytes that were given to the transport, or wait to be. */
  get bytesOut(): number {
    return this.#outgoing.position;
  }

  /** Bytes that our own kernel has not taken yet. */
  get unwritten(): number {
    return this.#outgoing.unwritten;
  }

  get takesPayload(): boolean {
    return this.#outgoing.takesPayload;
  }

  get isLeaving(): boolean {
    return this.#outgoing.isLeaving;
  }

  // What the transport tells.

  handleBytes(chunk: Uint8Array): void {
    if (this.#phase === 'ended') return;
    const now = this.#clock.now();
    this.#heartbeat?.liveness.handleEvidence(now);
    this.#bytesIn += chunk.length;
    try {
      this.#receive(chunk, now);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end({ cause: 'protocol-error', detail: error.message }, 'protocol-error');
    }
    this.#turn();
  }

  handleEnd(): void {
    // Behind our own FIN it is the last step of the goodbye: 'close' follows.
    const farewell = this.#farewell;
    if (farewell?.isFinSent === true) return;
    this.#end(farewell?.frame === undefined ? { cause: 'eof' } : farewell.end);
  }

  handleDrained(): void {
    this.#turn();
  }

  handleClosed(error?: TransportError): void {
    this.#end(error === undefined ? this.#leave().end : { cause: causeOfTransportError(error), ...error });
  }

  // What the clock tells.

  lookAhead(): number {
    return this.liveness?.lookAhead() ?? 0;
  }

  handleAlarm(now: Instant): void {
    if (now >= this.#deadline) {
      // If it was we who were late, what has come meanwhile is read first (L5).
      this.#clock.afterPoll((then) => this.#handleDeadline(then));
    } else {
      this.#lookBelow(now);
      this.liveness?.handleWritten(this.#outgoing.written);
      this.liveness?.handleTimeout(now, this.#clock.lastStall);
      this.#turn();
    }
  }

  /** Of the handshake (L10), or of the goodbye, if one is under way. */
  get #deadline(): Instant {
    return this.#opening?.deadline ?? this.#farewell?.deadline ?? Number.POSITIVE_INFINITY;
  }

  #handleDeadline(now: Instant): void {
    if (now < this.#deadline) return;
    if (this.#phase === 'handshake') this.#end({ cause: 'handshake-timeout' }, 'handshake-timeout');
    else this.#end({ ...this.#leave().end, detail: 'the goodbye was not finished in time' });
  }

  #handlePolled(now: Instant): void {
    this.#lookBelow(now);
    this.liveness?.handlePolled(now);
    this.#turn();
  }

  /** What has come without being told, such as part of a TLS record, is evidence too (L2). */
  #lookBelow(now: Instant): void {
    const { receivedBytes } = this.#transport;
    if (receivedBytes > this.#receivedAtLook) this.liveness?.handleUndatedEvidence(now);
    this.#receivedAtLook = receivedBytes;
  }

  // In.

  #receive(chunk: Uint8Array, now: Instant): void {
    const step = this.#opening?.handleBytes(chunk, now);
    if (step !== undefined && step.type !== 'frames') return this.#step(step);
    const decoder = this.#decoder ?? new FrameDecoder(MAX_FRAME_BYTES);
    decoder.push(step?.bytes ?? chunk);
    for (let frame = this.#next(decoder); frame !== undefined; frame = this.#next(decoder)) {
      this.#handleFrame(frame, now);
      if (this.#phase === 'ended') return;
    }
    this.#decoder = decoder.buffered > 0 ? decoder : undefined;
    // Frames of later versions are skipped: without this, a stranger could send them for as long as the handshake may take.
    if (this.#opening !== undefined && this.#bytesIn > MAX_HANDSHAKE_BYTES) {
      throw new ProtocolError(`the handshake takes ${this.#bytesIn} bytes, over the limit of ${MAX_HANDSHAKE_BYTES}`);
    }
  }

  /** Frames of the handshake are small, and the handshake may have ended with the last one. */
  #next(decoder: FrameDecoder): Frame | undefined {
    decoder.maxFrameBytes = this.#opening === undefined ? MAX_FRAME_BYTES : MAX_HANDSHAKE_FRAME_BYTES;
    return decoder.next();
  }

  #handleFrame(frame: Frame, now: Instant): void {
    if (this.#opening !== undefined) return this.#step(this.#opening.handleFrame(frame));
    switch (frame.type) {
      case 'ping':
        if (this.#heartbeat?.handlePing(frame.number, now) === false)
          return this.#end({ cause: 'too-many-pings' }, 'too-many-pings');
        return;
      case 'pong':
        return this.#handlePong(frame, now);
      case 'close':
        return this.#handleClose(frame);
      case 'ack':
        this.#outgoing.handleRead(frame.read, now, this.liveness?.rtt?.minMs);
        return this.#owner.handleFrame(frame);
      case 'data':
      case 'result':
        return this.#owner.handleFrame(frame);
      default:
        throw new ProtocolError(`${frame.type.toUpperCase()} came after the handshake`);
    }
  }

  #handlePong(frame: PongFrame, now: Instant): void {
    const { number, health: report } = frame;
    this.#owner.handlePong(frame);
    const rttMs = this.liveness?.handlePong(number, now);
    // A PONG that answers no PING of ours is ignored: otherwise the peer could have us tell and log as often as it likes.
    if (rttMs === undefined) return;
    this.#tellLater({ type: 'pong', rttMs });
    if (report !== undefined) this.#tellLater({ type: 'health', report });
  }

  #step(step: HandshakeStep): void {
    switch (step.type) {
      case 'hello':
        return this.#tellLater(step);
      case 'welcome':
        this.#owner.establish(step.terms, step.welcome);
        return this.#open(step.terms);
      case 'closed':
        return this.#handleClose(step.frame);
      case 'refuse':
        if (step.answer !== undefined) this.#outgoing.putBytes(step.answer);
        return this.#end(step, step.close);
      default:
    }
  }

  #open(terms: Terms): void {
    const config = this.#config;
    this.#phase = 'open';
    this.#opening = undefined;
    this.#heartbeat = new Heartbeat(terms, config, this.#random, this.#clock.now());
    if (terms.keepalive !== undefined) this.#transport.guard?.(maxBoundMs(terms.keepalive, config));
    this.#tellLater({ type: 'open' });
  }

  #handleClose(frame: CloseFrame): void {
    this.#leave().handleClose(frame, this.#clock.now() + this.#config.closeTimeoutMs);
    if (this.#phase === 'handshake' || !isGoodbye(frame)) return this.#end(endOfClose(frame));
    this.#phase = 'closing';
    this.#owner.handleGoodbye(frame);
  }

  #leave(): Farewell {
    this.#farewell ??= new Farewell();
    return this.#farewell;
  }

  // Out: write, then arm, then tell.

  #turn(): void {
    if (this.#phase === 'ended') return;
    const until = this.#beat();
    if (this.isOpen) this.#putFrames();
    this.#outgoing.handleTurn(() => this.#clock.now());
    this.#outgoing.flush();
    this.#alarm.set(Math.min(until, this.#deadline));
    this.#tell();
  }

  /**
   * Closures of a moment, where kept ones would make each idle connection larger. Behind our FIN nothing leaves any more: a PING
   * would never be asked, and no verdict could rest on its silence. The deadline of the goodbye is what ends it then.
   */
  #beat(): Instant {
    if (this.#heartbeat === undefined || this.#farewell?.isFinSent === true) return Number.POSITIVE_INFINITY;
    return this.#heartbeat.beat(
      this.#outgoing,
      (number) => this.#owner.pong(number),
      (wish) => this.#grant(wish),
    );
  }

  /** What the liveness machine wants beside PINGs. */
  #grant(wish: LivenessWish): void {
    if (wish.type === 'confirm') this.#clock.afterPoll((now) => this.#handlePolled(now));
    else this.#tellLater(wish);
  }

  #putFrames(): void {
    while (this.#outgoing.hasRoom) {
      const frame = this.#owner.nextFrame(this);
      if (frame === undefined) return;
      this.#outgoing.put(frame);
      if (frame.type !== 'close') continue;
      this.#phase = 'closing';
      this.#leave().handleSaid(this.#clock.now() + this.#config.closeTimeoutMs);
    }
  }

  #tellLater(tiding: Tiding): void {
    this.#tidings ??= [];
    this.#tidings.push(tiding);
  }

  #tell(): void {
    const tidings = this.#tidings;
    this.#tidings = undefined;
    if (tidings !== undefined) for (const tiding of tidings) this.#pass(tiding);
    if (this.isOpen) this.#owner.handleTurnEnd();
  }

  /** A verdict is carried out behind `suspect`, if both come in one turn (L6). */
  #pass(tiding: Tiding): void {
    if (this.#phase === 'ended') return;
    switch (tiding.type) {
      case 'hello':
        return this.#owner.handleHello(tiding.hello, tiding.terms);
      case 'open':
        return this.#owner.handleOpen();
      case 'dead':
        return this.#end({ cause: tiding.verdict }, 'judged-dead');
      default:
        return this.#owner.handleTiding(tiding);
    }
  }

  // The end.

  /** Once. `note` is a CLOSE to leave behind, best effort; its code alone if the detail is its reason. */
  #end(end: NamedEnd, note?: CloseCode | Refusal): void {
    if (this.#phase === 'ended') return;
    const evidence = evidenceOf(end, this.#seen(this.#phase));
    if (note !== undefined) this.#leaveNote(typeof note === 'string' ? { code: note, reason: end.detail ?? '' } : note);
    this.#phase = 'ended';
    this.#alarm.clear();
    this.#outgoing.flush();
    this.#transport.destroy();
    this.#owner.handleEnd({ cause: end.cause, evidence, goodbye: this.#farewell?.frame });
  }

  /** Best effort, and only where nothing is queued before it: a peer that thaws learns what happened (L9). A stranger learns nothing (W1). */
  #leaveNote(note: Refusal): void {
    if (this.#opening?.isStranger === true || this.#transport.unwritten > 0) return;
    this.#outgoing.putPreamble();
    this.#outgoing.put(closeOf(note));
  }

  #seen(phase: Phase): Seen {
    const { liveness, silenceMs } = this;
    const { idleLimitsMs } = this.#config;
    const stall = this.#clock.lastStall;
    const opening = this.#opening?.role;
    return { epoch: this.#epoch, phase, silenceMs, liveness, stall, opening, now: this.#clock.now(), idleLimitsMs };
  }
}
