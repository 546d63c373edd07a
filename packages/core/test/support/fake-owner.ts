/** An owner in the hand of a unit test. */

import type { Hello, Welcome } from '../../src/rules/hello.ts';
import type { Terms } from '../../src/rules/negotiate.ts';
import type { ConnectionOwner, DeliveryFrame, Ending, LivenessTiding } from '../../src/session/connection-owner.ts';
import type { CloseFrame, Frame } from '../../src/words/frame.ts';
import { nameOf } from './fake-transport.ts';

/** Writes into a log what it is told; gives out what was put into its queue. */
export class FakeOwner implements ConnectionOwner {
  /** What {@link nextFrame} gives out. */
  readonly queue: Frame[] = [];
  readonly introductions: { readonly hello: Hello; readonly terms: Terms }[] = [];
  readonly openings: { readonly terms: Terms; readonly peer: Hello | Welcome }[] = [];
  readonly endings: Ending[] = [];
  /** Called while it is told, after it is written down. */
  onTold: ((what: string) => void) | undefined;
  onFrame: ((frame: DeliveryFrame) => void) | undefined;
  readonly #log: string[];

  constructor(log: string[] = []) {
    this.#log = log;
  }

  handleHello(hello: Hello, terms: Terms): void {
    this.introductions.push({ hello, terms });
    this.#tell('hello');
  }

  handleOpen(terms: Terms, peer: Hello | Welcome): void {
    this.openings.push({ terms, peer });
    this.#tell('open');
  }

  handleFrame(frame: DeliveryFrame): void {
    this.#log.push(`take ${nameOf(frame)}`);
    this.onFrame?.(frame);
  }

  handleGoodbye(frame: CloseFrame): void {
    this.#tell(`goodbye ${frame.code}`);
  }

  nextFrame(): Frame | undefined {
    return this.queue.shift();
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
