/** A program in a process of its own: it is spoken to by messages, can be frozen, and is ended by its pid. */

import type { ChildProcess, Serializable } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Programs talk in objects that say what they are. */
export interface Message {
  readonly type: string;
}

/** A program, as tests hold it: `Out` is all that it may say, and `In` all that it does. */
export class Program<Out extends Message, In extends Message = Message> {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #unread: Out[] = [];
  #waiting: (() => void)[] = [];

  /**
   * Runs a built file, or the `test/dist/support/<name>.js` of a name, which finds `config` with {@link programConfig}.
   * `through` is a command line that becomes the program, such as `ip netns exec <name>`.
   */
  constructor(program: string | URL, config: object = {}, through: readonly string[] = []) {
    const url = program instanceof URL ? program : new URL(`../dist/support/${program}.js`, import.meta.url);
    this.#name = String(program);
    // No flags of the test runner: they are not the program's affair.
    const [execPath = process.execPath, ...execArgv] = [...through, process.execPath];
    this.#child = fork(fileURLToPath(url), [JSON.stringify(config)], { execPath, execArgv });
    this.#exited = once(this.#child, 'exit');
    prefer(this.#child.pid ?? 0);
    this.#child.on('message', (message) => {
      this.#unread.push(message as Out);
      this.#wake();
    });
    this.#child.on('exit', () => this.#wake());
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  send(message: In): void {
    this.#child.send(message as Serializable);
  }

  /** The next message of one of these types; those of other types wait for whoever asks for them. */
  async next<Type extends Out['type']>(...types: readonly Type[]): Promise<Extract<Out, { readonly type: Type }>> {
    for (;;) {
      const index = this.#unread.findIndex(({ type }) => (types as readonly string[]).includes(type));
      const [message] = index < 0 ? [] : this.#unread.splice(index, 1);
      if (message !== undefined) return message as Extract<Out, { readonly type: Type }>;
      const { exitCode, signalCode } = this.#child;
      if (exitCode !== null || signalCode !== null) {
        throw new Error(`${this.#name} ended (${exitCode ?? signalCode}) before it said ${types.join(' or ')}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Stops the whole process, while its kernel goes on taking and acknowledging bytes. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the process, frozen or not. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** As {@link kill} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/**
 * Where that is allowed, the process goes before others: what is measured in milliseconds is to be measured of us, and not
 * of what else this machine does.
 */
function prefer(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // It takes a privilege that few have, and that nothing depends on.
  }
}

/** For programs: what they were started with. */
export function programConfig<Config>(): Config {
  process.once('disconnect', () => process.exit()); // whoever started us is gone
  return JSON.parse(process.argv[2] ?? '{}') as Config;
}

/** For programs: says something to whoever started us. */
export function say<Out extends Message>(message: Out): void {
  process.send?.(message);
}

/** For programs: the next message, of whoever started us. */
export async function heard<In extends Message>(): Promise<In> {
  const [message] = (await once(process, 'message')) as [In];
  return message;
}

/** Milliseconds on the clock that all processes of a machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
