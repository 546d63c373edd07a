/** One socket's lifetime: bytes in, bytes out, handshake, heartbeat, end. Plumbing between a transport, the machines and an owner. */

import type { HandshakeStep } from '../machines/handshake.ts';
import { Handshake } from '../machines/handshake.ts';
import type { Liveness } from '../machines/liveness.ts';
import { causeOfClose, causeOfTransportError, hintOfEof, isGoodbye } from '../rules/classify.ts';
import { FrameDecoder } from '../rules/decoder.ts';
import type { Hello, Offer, Welcome } from '../rules/hello.ts';
import { encodeHello, encodeWelcome } from '../rules/hello.ts';
import { MAX_HANDSHAKE_FRAME_BYTES } from '../rules/limits.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { Cause, Evidence, Phase } from '../words/cause.ts';
import type { Alarm, AlarmOwner, Clock, Instant } from '../words/clock.ts';
import { ProtocolError } from '../words/errors.ts';
import type { CloseCode, CloseFrame, Frame } from '../words/frame.ts';
import type { Transport, TransportError, TransportListener } from '../words/transport.ts';
import type { ConnectionInit, ConnectionOwner, ConnectionParts, Introduction } from './connection-owner.ts';
import type { LivenessWish } from './heartbeat.ts';
import { Heartbeat } from './heartbeat.ts';
import { Outgoing } from './outgoing.ts';

/** What goes into the evidence of an ending, beside what the connection knows itself. */
interface EndDetails {
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly detail?: string;
  /** A CLOSE to leave behind, best effort. */
  readonly close?: CloseCode;
}

/** Drives one connection: the listener of its transport and the owner of its alarm. */
export class Connection implements TransportListener, AlarmOwner {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #init: ConnectionInit;
  readonly #alarm: Alarm;
  readonly #transport: Transport;
  readonly #outgoing: Outgoing;
  readonly #decoder = new FrameDecoder(MAX_HANDSHAKE_FRAME_BYTES);
  #owner: ConnectionOwner;
  #phase: Phase | 'ended' = 'handshake';
  #epoch: number;
  #bytesIn = 0;

  // Until the handshake is over.
  #handshake: Handshake | undefined;
  #preambleSeen = false;
  #introduced: { readonly hello: Hello; readonly terms: Terms } | undefined;
  #heardAt: Instant | undefined;

  // From then on.
  #heartbeat: Heartbeat | undefined;

  // One turn's.
  #tidings: (() => void)[] = [];
  #turnAsked = false;

  // From the first goodbye, ours or the peer's.
  #goodbye: CloseFrame | undefined;
  #goodbyeCause: Cause | undefined;
  /** The words of the peer's CLOSE, where that came first. */
  #goodbyeDetails: EndDetails = {};
  #closeDeadline: Instant = Number.POSITIVE_INFINITY;
  #finSent = false;

  /** `open` gives the transport for this listener; the transport must not call back before `open` has returned. */
  constructor(
    { clock, random }: ConnectionParts,
    init: ConnectionInit,
    owner: ConnectionOwner,
    open: (listener: TransportListener) => Transport,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#init = init;
    this.#owner = owner;
    this.#epoch = init.epoch;
    this.#handshake = new Handshake(init.role, this.#offer());
    this.#alarm = clock.alarm(this);
    this.#transport = open(this);
    this.#outgoing = new Outgoing(this.#transport);
    if (init.hello !== undefined) {
      this.#outgoing.putPreamble();
      this.#outgoing.put({ type: 'hello', body: encodeHello({ ...this.#offer(), ...init.hello }) });
    }
    this.#turn();
  }

  // What the owner asks for.

  /** Server: answers HELLO with WELCOME, and belongs to `owner` from now on. False if the connection is gone by now. */
  accept(owner: ConnectionOwner, introduction: Introduction<Welcome>): boolean {
    const introduced = this.#introduced;
    if (introduced === undefined || this.#phase !== 'handshake') return false;
    this.#owner = owner;
    this.#epoch = introduced.hello.epoch;
    this.#outgoing.putPreamble();
    this.#outgoing.put({ type: 'welcome', body: encodeWelcome({ ...this.#offer(), ...introduction }) });
    this.#open(introduced.terms, introduced.hello);
    this.#turn();
    return true;
  }

  /** Server: answers HELLO with CLOSE. */
  refuse(code: CloseCode, reason: string): void {
    this.#end('rejected', { detail: reason, close: code });
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

  /** Both goodbyes are said and nothing is owed: sends FIN, and ends when the peer's has come. */
  finish(): void {
    if (this.#finSent || this.#phase === 'ended') return;
    this.#finSent = true;
    this.#outgoing.flush();
    this.#transport.end();
  }

  /** Ends it now, whatever is queued (L9). */
  destroy(cause: Cause, detail?: string): void {
    this.#end(cause, detail === undefined ? {} : { detail });
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

  get liveness(): Liveness | undefined {
    return this.#heartbeat?.liveness;
  }

  /** Milliseconds since the last received byte. */
  get silenceMs(): number | undefined {
    const heardAt = this.liveness?.evidenceAt ?? this.#heardAt;
    return heardAt === undefined ? undefined : this.#clock.now() - heardAt;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  get bytesOut(): number {
    return this.#outgoing.position;
  }

  get unwritten(): number {
    return this.#outgoing.unwritten;
  }

  // What the transport tells.

  handleBytes(chunk: Uint8Array): void {
    if (this.#phase === 'ended') return;
    const now = this.#clock.now();
    if (this.#heartbeat === undefined) this.#heardAt = now;
    else this.#heartbeat.liveness.handleEvidence(now);
    this.#bytesIn += chunk.length;
    try {
      this.#receive(chunk, now);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end('protocol-error', { detail: error.message, close: 'protocol-error' });
    }
    this.#turn();
  }

  handleEnd(): void {
    if (this.#finSent) return;
    if (this.#goodbye === undefined) this.#end('eof');
    else this.#end(this.#goodbyeCause ?? 'closed-by-peer', this.#goodbyeDetails);
  }

  handleDrained(): void {
    this.#turn();
  }

  handleClosed(error?: TransportError): void {
    if (error !== undefined) this.#end(causeOfTransportError(error), { code: error.code, syscall: error.syscall });
    else this.#end(this.#goodbyeCause ?? 'closed-locally', this.#goodbyeDetails);
  }

  // What the clock tells.

  handleAlarm(now: Instant): void {
    if (now >= this.#deadline) {
      // If it was we who were late, what has come meanwhile is read first (L5).
      this.#clock.afterPoll((then) => this.#handleDeadline(then));
    } else {
      this.liveness?.handleWritten(this.#outgoing.written);
      this.liveness?.handleTimeout(now, this.#clock.lastStall);
      this.#turn();
    }
  }

  /** Of the handshake (L10), or of the goodbye, if one is under way. */
  get #deadline(): Instant {
    return this.#phase === 'handshake' ? this.#init.handshakeDeadline : this.#closeDeadline;
  }

  #handleDeadline(now: Instant): void {
    if (now < this.#deadline) return;
    if (this.#phase === 'handshake') return this.#end('handshake-timeout', { close: 'handshake-timeout' });
    const detail = 'the goodbye was not finished in time';
    this.#end(this.#goodbyeCause ?? 'closed-locally', { ...this.#goodbyeDetails, detail });
  }

  #handlePolled(now: Instant): void {
    this.liveness?.handlePolled(now);
    this.#turn();
  }

  // In.

  #receive(chunk: Uint8Array, now: Instant): void {
    let bytes = chunk;
    if (!this.#preambleSeen && this.#handshake !== undefined) {
      const step = this.#handshake.handleBytes(chunk);
      if (step.type !== 'frames') return this.#step(step);
      this.#preambleSeen = true;
      bytes = step.bytes;
    }
    this.#decoder.push(bytes);
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
      this.#handleFrame(frame, now);
      if (this.#phase === 'ended') return;
    }
  }

  #handleFrame(frame: Frame, now: Instant): void {
    if (this.#handshake !== undefined) return this.#step(this.#handshake.handleFrame(frame));
    if (this.#phase === 'handshake' && frame.type !== 'close') {
      throw new ProtocolError(`${frame.type.toUpperCase()} came before WELCOME`);
    }
    switch (frame.type) {
      case 'ping':
        if (this.#heartbeat?.handlePing(frame.number, now) === false)
          return this.#end('too-many-pings', { close: 'too-many-pings' });
        return;
      case 'pong':
        return this.liveness?.handlePong(frame.number, now);
      case 'close':
        return this.#handleClose(frame);
      case 'data':
      case 'result':
      case 'ack':
        return this.#owner.handleFrame(frame);
      default:
        throw new ProtocolError(`${frame.type.toUpperCase()} came after the handshake`);
    }
  }

  #step(step: HandshakeStep): void {
    switch (step.type) {
      case 'hello':
        this.#handshake = undefined;
        this.#introduced = step;
        this.#tidings.push(() => this.#owner.handleHello(step.hello, step.terms));
        return;
      case 'welcome':
        return this.#open(step.terms, step.welcome);
      case 'closed':
        return this.#handleClose(step.frame);
      case 'refuse':
        if (step.answer !== undefined) this.#outgoing.putBytes(step.answer);
        return this.#end(step.cause, step);
      default:
    }
  }

  #open(terms: Terms, peer: Hello | Welcome): void {
    const { config } = this.#init;
    const now = this.#clock.now();
    this.#phase = 'open';
    this.#handshake = undefined;
    this.#introduced = undefined;
    this.#decoder.maxFrameBytes = config.maxFrameBytes;
    this.#heartbeat = new Heartbeat(terms, config, this.#random, now);
    this.#tidings.push(() => this.#owner.handleOpen(terms, peer));
  }

  #handleClose(frame: CloseFrame): void {
    this.#goodbye ??= frame;
    if (this.#phase === 'handshake' || !isGoodbye(frame)) {
      return this.#end(causeOfClose(frame), { code: frame.code, detail: frame.reason });
    }
    this.#beginClosing(causeOfClose(frame), { code: frame.code, detail: frame.reason });
    this.#tidings.push(() => this.#owner.handleGoodbye(frame));
  }

  #beginClosing(cause: Cause, details: EndDetails = {}): void {
    if (this.#goodbyeCause !== undefined) return;
    this.#phase = 'closing';
    this.#goodbyeCause = cause;
    this.#goodbyeDetails = details;
    this.#closeDeadline = this.#clock.now() + this.#init.config.closeTimeoutMs;
  }

  // Out: write, then arm, then tell.

  #turn(): void {
    if (this.#phase === 'ended') return;
    const until = this.#heartbeat?.beat(this.#outgoing, this.#grant) ?? Number.POSITIVE_INFINITY;
    if (this.isOpen) this.#putFrames();
    this.#outgoing.flush();
    this.#alarm.set(Math.min(until, this.#deadline));
    this.#tell();
  }

  /** What the liveness machine wants beside PINGs. A verdict is carried out behind `suspect`, if both come in one turn (L6). */
  readonly #grant = (wish: LivenessWish): void => {
    if (wish.type === 'confirm') this.#clock.afterPoll((now) => this.#handlePolled(now));
    else if (wish.type === 'dead') this.#tidings.push(() => this.#end(wish.verdict, { close: 'judged-dead' }));
    else this.#tidings.push(() => this.#owner.handleTiding(wish));
  };

  #putFrames(): void {
    while (this.#outgoing.hasRoom) {
      const frame = this.#owner.nextFrame();
      if (frame === undefined) return;
      this.#outgoing.put(frame);
      if (frame.type === 'close') this.#beginClosing('closed-locally');
    }
  }

  #tell(): void {
    const tidings = this.#tidings;
    if (tidings.length > 0) {
      this.#tidings = [];
      for (const tell of tidings) if (this.#phase !== 'ended') tell();
    }
    if (this.isOpen) this.#owner.handleTurnEnd();
  }

  // The end.

  #end(cause: Cause, details: EndDetails = {}): void {
    if (this.#phase === 'ended') return;
    const evidence = this.#evidence(cause, details, this.#phase);
    if (details.close !== undefined) this.#leaveNote(details.close, details.detail ?? '');
    this.#phase = 'ended';
    this.#alarm.clear();
    this.#outgoing.flush();
    this.#transport.destroy();
    this.#owner.handleEnd({ cause, evidence, goodbye: this.#goodbye });
  }

  /** Best effort, and only where nothing is queued before it: a peer that thaws learns what happened (L9). A stranger learns nothing (W1). */
  #leaveNote(code: CloseCode, reason: string): void {
    const isStranger = this.#init.role === 'server' && !this.#preambleSeen;
    if (isStranger || this.#transport.unwritten > 0) return;
    this.#outgoing.putPreamble();
    this.#outgoing.put({
      type: 'close',
      scope: 'connection',
      code,
      lastAccepted: 0,
      retryAfterMs: 0,
      spreadMs: 0,
      reason,
    });
  }

  #evidence(cause: Cause, { code, syscall, detail }: EndDetails, phase: Phase): Evidence {
    const silenceMs = this.silenceMs;
    const stall = this.#clock.lastStall;
    const isRecent = stall !== undefined && this.#clock.now() - stall.endedAt <= (silenceMs ?? 0);
    return {
      epoch: this.#epoch,
      phase,
      silenceMs,
      probesSent: this.liveness?.probesSent ?? 0,
      rttMs: this.liveness?.rtt?.smoothedMs,
      stallMs: isRecent ? stall.durationMs : undefined,
      code,
      syscall,
      detail,
      hint: cause === 'eof' ? hintOfEof(silenceMs) : undefined,
    };
  }

  #offer(): Offer {
    const { keepalive, minPingIntervalMs, maxFrameBytes, strict } = this.#init.config;
    return { keepalive, minPingIntervalMs, maxFrameBytes, strict, codec: this.#init.codecName };
  }
}
