/** An owner in the hand of a unit test. */

import type { DeliveryFrame, Stream } from '../../src/machines/exchange.ts';
import type { Hello, Welcome } from '../../src/rules/hello.ts';
import type { Terms } from '../../src/rules/negotiate.ts';
import type { ConnectionOwner, Ending, LivenessTiding } from '../../src/session/connection-owner.ts';
import type { CloseFrame, Frame, PongFrame } from '../../src/words/frame.ts';
import { nameOf } from './fake-transport.ts';

/** Writes into a log what it is told; gives out what was put into its queue, DATA and RESULT as far as the stream takes them. */
export class FakeOwner implements ConnectionOwner {
  /** What {@link nextFrame} gives out. */
  readonly queue: Frame[] = [];
  readonly introductions: { readonly hello: Hello; readonly terms: Terms }[] = [];
  readonly establishments: { readonly terms: Terms; readonly peer: Hello | Welcome }[] = [];
  readonly endings: Ending[] = [];
  /** Called while it is told, after it is written down. */
  onTold: ((what: string) => void) | undefined;
  onFrame: ((frame: DeliveryFrame) => void) | undefined;
  onEstablish: (() => void) | undefined;
  readonly #log: string[];

  constructor(log: string[] = []) {
    this.#log = log;
  }

  handleHello(hello: Hello, terms: Terms): void {
    this.introductions.push({ hello, terms });
    this.#tell('hello');
  }

  establish(terms: Terms, peer: Hello | Welcome): void {
    this.establishments.push({ terms, peer });
    this.#log.push('establish');
    this.onEstablish?.();
  }

  handleOpen(): void {
    this.#tell('open');
  }

  handleFrame(frame: DeliveryFrame): void {
    this.#log.push(`take ${nameOf(frame)}`);
    this.onFrame?.(frame);
  }

  handlePong(): void {}

  pong(number: number): PongFrame {
    return { type: 'pong', number };
  }

  handleGoodbye(frame: CloseFrame): void {
    this.#log.push(`take ${nameOf(frame)}`);
  }

  nextFrame({ takesPayload }: Stream): Frame | undefined {
    const index = this.queue.findIndex(({ type }) => takesPayload || (type !== 'data' && type !== 'result'));
    return index < 0 ? undefined : this.queue.splice(index, 1)[0];
  }

  handleTiding(tiding: LivenessTiding): void {
    this.#tell(tiding.type);
  }

  handleTurnEnd(): void {
    this.#tell('turn end');
  }

  handleEnd(ending: Ending): void {
    this.endings.push(ending);
    this.#tell(`end ${ending.cause}`);
  }

  #tell(what: string): void {
    this.#log.push(`tell ${what}`);
    this.onTold?.(what);
  }
}
