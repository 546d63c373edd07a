/** A receiver for each contender, each a process of its own, and one sender for all of them. */

import { pinTogether } from '../support/pin.ts';
import { Program } from '../support/program.ts';
import type { Contender } from './contenders.ts';
import type { Load } from './load.ts';
import type { FromReceiver, Taken, Tally, ToReceiver } from './receiver.ts';
import type { FromSender, ToSender } from './sender.ts';

/** What takes longer is lost. */
const PATIENCE_MS = 20_000;

/**
 * The allocator of glibc keeps what is freed. By default it gives memory back and takes it anew, in a rhythm that each process
 * falls into by chance: of two that do the same, one then needs half as much again for chunks of 16 KiB.
 */
const STEADY_MEMORY = {
  MALLOC_TRIM_THRESHOLD_: '1000000000',
  MALLOC_MMAP_THRESHOLD_: '1000000000',
  MALLOC_TOP_PAD_: '67108864',
} as const;

interface Receiver {
  readonly program: Program<FromReceiver, ToReceiver>;
  readonly port: number;
}

export class Stage<Name extends string> implements AsyncDisposable {
  /** Whether all of them share one core. */
  readonly isPinned: boolean;
  readonly #sender: Program<FromSender, ToSender>;
  readonly #receivers: ReadonlyMap<Name, Receiver>;

  private constructor(sender: Program<FromSender, ToSender>, receivers: ReadonlyMap<Name, Receiver>) {
    this.#sender = sender;
    this.#receivers = receivers;
    this.isPinned = pinTogether(
      [sender, ...[...receivers.values()].map(({ program }) => program)].map(({ pid }) => pid),
    );
  }

  /** Starts them all; nobody is connected yet. */
  static async open<Name extends string>(contenders: Readonly<Record<Name, Contender>>): Promise<Stage<Name>> {
    const sender = new Program<FromSender, ToSender>(new URL('./sender.js', import.meta.url), {});
    const entries = Object.entries(contenders) as [Name, Contender][];
    const receivers = entries.map(async ([name, contender]) => {
      const url = new URL('./receiver.js', import.meta.url);
      const program = new Program<FromReceiver, ToReceiver>(url, contender, STEADY_MEMORY);
      const { port } = await program.next('listening', PATIENCE_MS);
      return [name, { program, port }] as const;
    });
    return new Stage(sender, new Map(await Promise.all(receivers)));
  }

  /** Connects each receiver so many times; those of these names watch what they have, from one moment on. */
  async connect(connections: number, watchers: readonly Name[] = []): Promise<void> {
    for (const [name, { program, port }] of this.#receivers) {
      this.#sender.send({ type: 'connect', port, connections });
      await this.#sender.next('connected', PATIENCE_MS);
      program.send({ type: 'accept', connections, isWatched: watchers.includes(name) });
      await program.next('accepted', PATIENCE_MS);
    }
  }

  /** @throws Error if what was sent has not come. */
  async run(name: Name, load: Load, isWatched: boolean): Promise<Taken> {
    const { program, port } = this.#receiver(name);
    program.send({ type: 'take', load, isWatched });
    await program.next('ready', PATIENCE_MS);
    const taken = program.next('taken', PATIENCE_MS);
    const sent = this.#sender.next('sent', PATIENCE_MS);
    this.#sender.send({ type: 'send', port, pid: program.pid, load });
    const [{ cpuMs, chunks, lost }] = await Promise.all([taken, sent]);
    return { cpuMs, chunks, lost };
  }

  tally(name: Name): Promise<Tally> {
    const { program } = this.#receiver(name);
    program.send({ type: 'tally' });
    return program.next('tally', PATIENCE_MS);
  }

  #receiver(name: Name): Receiver {
    return this.#receivers.get(name) as Receiver;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sender[Symbol.asyncDispose]();
    await Promise.all([...this.#receivers.values()].map(({ program }) => program[Symbol.asyncDispose]()));
  }
}
