/** What one run is made of: what the peer says, what passes meanwhile, and what our own application does. */

/** What is fuzzed. */
export const TARGETS = ['decoder', 'handshake', 'session', 'server'] as const;
export type TargetName = (typeof TARGETS)[number];

/** Who we are, where that matters. */
export type Role = 'client' | 'server';

/** What our application makes of messages; during a handshake, what it makes of the peer. */
export const HANDLERS = ['prompt', 'slow', 'failing', 'mute'] as const;
export type Handler = (typeof HANDLERS)[number];

/** What may happen beside bytes and time. */
export const ACTS = [
  /** Of our application. */
  'send',
  'send-much',
  'post',
  'verify',
  'close',
  'destroy',
  'answer',
  'fail',
  /** Of our kernel: takes nothing more; takes all. */
  'stuff',
  'drain',
  /** Of our process: it does not run for a while. */
  'stall',
  /** Of the peer, or the path. */
  'fin',
  'reset',
  /** Another connection begins. */
  'dial',
] as const;
export type Act = (typeof ACTS)[number];

export type Step =
  /** They come, in one chunk. */
  | { readonly bytes: Uint8Array }
  /** So many milliseconds pass. */
  | { readonly wait: number }
  | { readonly act: Act };

/** See the head of the file. */
export interface Input {
  readonly target: TargetName;
  readonly role: Role;
  readonly handler: Handler;
  readonly steps: readonly Step[];
  /** Whether nothing of what the peer says is wrong: then nobody may blame it. */
  readonly isLawful: boolean;
}

/** An input as it is kept in files. */
export interface WrittenInput {
  readonly target: TargetName;
  readonly role?: Role;
  readonly handler?: Handler;
  readonly isLawful?: boolean;
  readonly steps: readonly WrittenStep[];
}

/** Bytes are pairs of hexadecimal digits, and `61*1024` stands for 1,024 times `61`. */
type WrittenStep = { readonly bytes: string } | { readonly wait: number } | { readonly act: Act };

export function written({ target, role, handler, steps, isLawful }: Input): WrittenInput {
  return { target, role, handler, ...(isLawful ? { isLawful } : {}), steps: steps.map(writtenStep) };
}

function writtenStep(step: Step): WrittenStep {
  return 'bytes' in step ? { bytes: hexOf(step.bytes) } : step;
}

/** @throws Error that says what is wrong with it. */
export function read(value: unknown): Input {
  const { target, role = 'server', handler = 'prompt', steps, isLawful = false } = value as WrittenInput;
  if (!TARGETS.includes(target)) throw new Error(`there is no target ${JSON.stringify(target)}`);
  if (!['client', 'server'].includes(role)) throw new Error(`there is no role ${JSON.stringify(role)}`);
  if (!HANDLERS.includes(handler)) throw new Error(`there is no handler ${JSON.stringify(handler)}`);
  if (!Array.isArray(steps)) throw new Error('there are no steps');
  return { target, role, handler, isLawful, steps: steps.map(readStep) };
}

function readStep(step: WrittenStep): Step {
  if ('bytes' in step && typeof step.bytes === 'string') return { bytes: bytesFrom(step.bytes) };
  if ('wait' in step && step.wait >= 0 && step.wait <= 1e9) return { wait: step.wait };
  if ('act' in step && ACTS.includes(step.act)) return { act: step.act };
  throw new Error(`there is no step ${JSON.stringify(step)}`);
}

/** Pairs, and from eight equal ones on their number. */
export function hexOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return hex
    .replaceAll(/(..)/g, '$1 ')
    .trimEnd()
    .replaceAll(/(\w\w)(?: \1){7,}/g, (run, pair) => `${pair}*${(run.length + 1) / 3}`);
}

/** The bytes of {@link hexOf}, and of vectors. */
export function bytesFrom(text: string): Uint8Array {
  const hex = text.replaceAll(/(\w\w)\*(\d+)/g, (_, pair, times) => pair.repeat(Number(times))).replaceAll(' ', '');
  if (!/^([\da-f]{2})*$/i.test(hex)) throw new Error(`these are no bytes: ${text.slice(0, 40)}`);
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
