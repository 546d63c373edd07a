/** The processes of one end, one after another: each follows the one that was killed or has left. */

import { Program } from '../support/program.ts';
import type { Census, FromEnd, Memory, ToEnd } from './orders.ts';
import type { Role } from './plan.ts';

/** See the head of the file. */
export class Incarnations {
  readonly #role: Role;
  readonly #folder: string;
  readonly #killed = new Set<string>();
  #program: Program<FromEnd, ToEnd> | undefined;
  #count = 0;
  /** Messages that earlier ones had sent when they were last asked. */
  #sentBefore = 0;
  #last: Census | undefined;

  constructor(role: Role, folder: string) {
    this.#role = role;
    this.#folder = folder;
  }

  /** Those that had no time to settle what they have sent. */
  get killed(): ReadonlySet<string> {
    return this.#killed;
  }

  /** Messages that all of them have sent, as far as is known. */
  get sent(): number {
    return this.#sentBefore + (this.#last?.sent ?? 0);
  }

  get #name(): string {
    return `${this.#role}-${this.#count}`;
  }

  get #current(): Program<FromEnd, ToEnd> {
    if (this.#program === undefined) throw new Error(`there is no ${this.#role}`);
    return this.#program;
  }

  /** Starts the next one. Resolves with the port at which it listens or that it dials. */
  async start(port: number): Promise<number> {
    this.#sentBefore = this.sent;
    this.#last = undefined;
    this.#count += 1;
    const url = new URL(`./${this.#role}-end.js`, import.meta.url);
    this.#program = new Program(url, { incarnation: this.#name, folder: this.#folder, port });
    return (await this.#current.next('started')).port;
  }

  async census(): Promise<Census> {
    this.#current.send({ type: 'count' });
    const { census } = await this.#current.next('census');
    this.#last = census;
    return census;
  }

  async weigh(): Promise<Memory> {
    this.#current.send({ type: 'weigh' });
    return (await this.#current.next('memory')).memory;
  }

  rest(): void {
    this.#current.send({ type: 'rest' });
  }

  freeze(): void {
    this.#current.freeze();
  }

  thaw(): void {
    this.#current.thaw();
  }

  /** Resolves when it runs again. */
  async block(ms: number): Promise<void> {
    this.#current.send({ type: 'block', ms });
    await this.#current.next('unblocked');
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#killed.add(this.#name);
    await this.#dispose();
  }

  /** Resolves when it has said goodbye, and is gone. */
  async leave(): Promise<void> {
    this.#current.send({ type: 'leave' });
    await this.#current.next('left');
    await this.#dispose();
  }

  async #dispose(): Promise<void> {
    const program = this.#current;
    this.#program = undefined;
    await program[Symbol.asyncDispose]();
  }

  /** Ends what is left of them. */
  async end(): Promise<void> {
    if (this.#program !== undefined) await this.kill();
  }
}
