/**
 * Knows of one connection, the first of its session, what a peer must not say, by docs/PROTOCOL.md alone: it has nothing in common
 * with our machines. It says what is wrong; that nothing is wrong it cannot promise.
 */

import type { CloseFrame, Frame } from '@systole/core';
import { FrameDecoder } from '@systole/core';
import type { Role } from '../input.ts';
import { concat } from '../recut.ts';

const PREAMBLE = [0xe5, 0x53, 0x59, 0x53, 1];
const MAX_HANDSHAKE_FRAME_BYTES = 16_384;
const MAX_FRAME_BYTES = 65_536;
const MESSAGE_COST = 128;

type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>;

/** See the head of the file. Give it what we write before it leaves, and what comes before we see it. */
export class Referee {
  readonly #ours: Role;
  readonly #decoder = new FrameDecoder(MAX_HANDSHAKE_FRAME_BYTES);
  #preamble: number[] = [];
  /** Whether the peer has introduced itself. */
  #isGreeted = false;
  /** Whether we know each other. */
  #isOpen: boolean;
  /** Behind a goodbye, and where it has nothing to say. */
  #isDone = false;

  // What we have said.
  #position = 0;
  #sent = 0;
  #told = 0;
  #granted: number;
  #hasSaidGoodbye = false;

  // What the peer has said.
  #received = 0;
  #taken = 0;
  #acked = 0;
  #settledByPeer = 0;
  #handled = 0;
  #limit = 0;
  #read = 0;

  /** `granted`: the credit in our HELLO or WELCOME. */
  constructor(ours: Role, granted: number) {
    this.#ours = ours;
    this.#granted = granted;
    this.#isOpen = false;
  }

  /** The payloads of the messages that the peer has sent whole. */
  readonly messages: Uint8Array[] = [];
  #parts: Uint8Array[] = [];

  /** We have written so many bytes in all, and this frame among them. */
  handleWritten(frame: Frame): void {
    switch (frame.type) {
      case 'welcome':
        this.#isOpen = true;
        return;
      case 'data':
        if (frame.part === 'whole' || frame.part === 'last') this.#sent = frame.number;
        return;
      case 'result':
        if (!frame.ok || frame.part === 'whole' || frame.part === 'last') this.#told = frame.number;
        return;
      case 'ack':
        this.#told = Math.max(this.#told, frame.handled);
        this.#granted = frame.limit;
        return;
      case 'close':
        this.#hasSaidGoodbye = true;
        return;
      default:
    }
  }

  /** Where our stream ends. */
  handlePosition(position: number): void {
    this.#position = position;
  }

  /** Why the connection must be gone when this chunk has been taken in; undefined where nothing is known to be wrong. */
  judge(chunk: Uint8Array): string | undefined {
    if (this.#isDone) return undefined;
    const rest = this.#judgePreamble(chunk);
    if (typeof rest === 'string') return this.#over(rest);
    this.#decoder.push(rest);
    try {
      for (;;) {
        this.#decoder.maxFrameBytes = this.#isGreeted ? MAX_FRAME_BYTES : MAX_HANDSHAKE_FRAME_BYTES;
        const frame = this.#decoder.next();
        if (frame === undefined || this.#isDone) return undefined;
        const wrong = this.#judgeFrame(frame);
        if (wrong !== undefined) return this.#over(wrong);
      }
    } catch (error) {
      return this.#over((error as Error).message);
    }
  }

  #over(why: string): string {
    this.#isDone = true;
    return why;
  }

  #judgePreamble(chunk: Uint8Array): Uint8Array | string {
    let rest = chunk;
    while (this.#preamble.length < PREAMBLE.length && rest.length > 0) {
      const byte = rest[0] ?? 0;
      rest = rest.subarray(1);
      if (byte !== PREAMBLE[this.#preamble.length]) {
        // A list of versions follows, which may take its time.
        if (this.#ours === 'client' && this.#preamble.length === PREAMBLE.length - 1 && byte === 0) this.#isDone = true;
        return this.#isDone ? NOTHING : 'the preamble is another one';
      }
      this.#preamble.push(byte);
    }
    return rest;
  }

  #judgeFrame(frame: Frame): string | undefined {
    if (this.#isGreeted && !this.#isOpen) return frame.type === 'close' ? this.#done() : `${frame.type} before WELCOME`;
    if (!this.#isGreeted) return this.#judgeGreeting(frame);
    switch (frame.type) {
      case 'hello':
      case 'welcome':
        return `${frame.type} behind the handshake`;
      case 'data':
        return this.#judgeData(frame);
      case 'result':
        return this.#judgeResult(frame);
      case 'ack':
        return this.#judgeAck(frame);
      case 'pong':
        return this.#judgeCount(frame.handled);
      case 'close':
        return this.#judgeClose(frame);
      default:
        return undefined;
    }
  }

  #judgeGreeting({ type }: Frame): string | undefined {
    if (type === 'close' && this.#ours === 'client') return this.#done();
    if (type !== (this.#ours === 'server' ? 'hello' : 'welcome')) return `${type} came first`;
    this.#isGreeted = true;
    // A client may go on at once; a server's WELCOME has to be written first.
    this.#isOpen = this.#ours === 'client';
    return undefined;
  }

  #done(): undefined {
    this.#isDone = true;
  }

  #judgeData({ number, part, payload }: FrameOf<'data'>): string | undefined {
    // Our CLOSE has named the last message that we take.
    if (this.#hasSaidGoodbye) return undefined;
    if (number !== this.#received + 1) return `message ${number} behind ${this.#received}`;
    this.#taken += payload.length + (part === 'whole' || part === 'first' ? MESSAGE_COST : 0);
    if (this.#taken > this.#granted) return `messages for ${this.#taken}, where ${this.#granted} were granted`;
    this.#parts.push(payload);
    if (part !== 'whole' && part !== 'last') return undefined;
    this.#received = number;
    this.messages.push(concat(this.#parts));
    this.#parts = [];
    return undefined;
  }

  #judgeResult(frame: FrameOf<'result'>): string | undefined {
    const { number } = frame;
    if (number > this.#sent) return `a result for message ${number} of ${this.#sent}`;
    if (number <= this.#handled) return `another result for message ${number}`;
    this.#handled = !frame.ok || frame.part === 'whole' || frame.part === 'last' ? number : number - 1;
    return undefined;
  }

  #judgeAck({ received, handled, settled, read, limit }: FrameOf<'ack'>): string | undefined {
    if (received > this.#sent) return `${received} of ${this.#sent} messages received`;
    if (handled < this.#handled) return `${handled} messages handled, where ${this.#handled} were`;
    if (received < this.#acked) return `${received} messages received, where ${this.#acked} were`;
    if (settled > this.#told) return `${settled} settled, where ${this.#told} were told`;
    if (settled < this.#settledByPeer) return `${settled} settled, where ${this.#settledByPeer} were`;
    if (read > this.#position || read < this.#read) return `${read} bytes of ${this.#position} read`;
    if (limit < this.#limit) return `credit goes back to ${limit}`;
    this.#acked = Math.max(received, this.#acked);
    this.#handled = handled;
    this.#settledByPeer = settled;
    this.#read = read;
    this.#limit = limit;
    return undefined;
  }

  #judgeCount(handled: number | undefined): string | undefined {
    if (handled === undefined) return undefined;
    if (handled > this.#sent) return `${handled} of ${this.#sent} messages counted`;
    return handled < this.#handled ? `${handled} messages counted, where ${this.#handled} were handled` : undefined;
  }

  #judgeClose({ code, lastAccepted }: CloseFrame): string | undefined {
    if (code !== 'normal' && code !== 'going-away') return this.#done();
    const least = Math.max(this.#acked, this.#handled);
    if (lastAccepted > this.#sent) return `message ${lastAccepted} of ${this.#sent} accepted`;
    if (lastAccepted < least) return `message ${lastAccepted} accepted, where ${least} was`;
    // The others are as if never sent.
    this.#sent = lastAccepted;
    return undefined;
  }
}

const NOTHING = new Uint8Array(0);
