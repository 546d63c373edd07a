/** A process of a benchmark: it is spoken to by messages, and ended by its pid. */

import type { ChildProcess, Serializable } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority, setPriority } from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Programs talk in objects that say what they are. */
export interface Message {
  readonly type: string;
}

/** A program, as scenarios hold it: `Out` is all that it may say, `In` all that it does. Each waits for the other. */
export class Program<Out extends Message, In extends Message> {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** `url` is that of the built file. It finds `config` with {@link programConfig}, and `env` beside our environment. */
  constructor(url: URL, config: object, env: Readonly<Record<string, string>> = {}) {
    this.#child = fork(fileURLToPath(url), [JSON.stringify(config)], { env: { ...process.env, ...env } });
    this.#exited = once(this.#child, 'exit');
    prefer(this.pid);
  }

  /** 0 if it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: In): void {
    this.#child.send(message as Serializable);
  }

  /**
   * The next message, which must be of this type. To be called before the program can have said it.
   *
   * @throws Error if it ends before that, or takes longer than its patience; default: for ever.
   */
  async next<Type extends Out['type']>(
    type: Type,
    patienceMs?: number,
  ): Promise<Extract<Out, { readonly type: Type }>> {
    const [message] = await Promise.race([
      once(this.#child, 'message') as Promise<[Out]>,
      this.#exited.then(() => {
        throw new Error(`a program ended before it said ${type}`);
      }),
      ...(patienceMs === undefined ? [] : [tooLate(type, patienceMs)]),
    ]);
    if (message.type !== type) throw new Error(`a program said ${message.type} instead of ${type}`);
    return message as Extract<Out, { readonly type: Type }>;
  }

  /** Stops the whole process, while its kernel goes on taking and acknowledging bytes. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** It goes on. */
  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the process, frozen or not. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

async function tooLate(type: string, ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error(`a program has not said ${type} within ${ms} ms`);
}

/**
 * Where that is allowed, the process goes before others: it is to be measured, and not what else this machine does. Not if we
 * ourselves were told to stand back.
 */
function prefer(pid: number): void {
  if (getPriority() > constants.priority.PRIORITY_NORMAL) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // It takes a privilege that few have; the loop delay shows what the others took.
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

/** For programs: the next message of whoever started us. */
export async function heard<In extends Message>(): Promise<In> {
  const [message] = (await once(process, 'message')) as [In];
  return message;
}

/** Milliseconds on the clock that all processes of a machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
