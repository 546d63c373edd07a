/** Errors for those who call us. What a peer does is an event, never one of these by itself. */

/** Stable codes; each has a heading in docs/ERRORS.md. */
export type ErrorCode =
  | 'ERR_OPTIONS'
  | 'ERR_REGISTRATION'
  | 'ERR_LISTEN'
  | 'ERR_CONNECT'
  | 'ERR_CLOSED'
  | 'ERR_UNVERIFIED'
  | 'ERR_SOCKET'
  | 'ERR_IN_DOUBT'
  | 'ERR_TIMEOUT'
  | 'ERR_ABORTED'
  | 'ERR_QUEUE_FULL'
  | 'ERR_TOO_LARGE'
  | 'ERR_ENCODE'
  | 'ERR_DECODE'
  | 'ERR_NOT_HANDLED'
  | 'ERR_EVENTS_OVERFLOW';

/** Whose doing an error is. */
export type Fault = 'caller' | 'peer' | 'nobody';

const FAULTS: Readonly<Record<ErrorCode, Fault>> = {
  ERR_OPTIONS: 'caller',
  ERR_REGISTRATION: 'caller',
  ERR_LISTEN: 'caller',
  ERR_CONNECT: 'nobody',
  ERR_CLOSED: 'nobody',
  ERR_UNVERIFIED: 'nobody',
  ERR_SOCKET: 'caller',
  ERR_IN_DOUBT: 'nobody',
  ERR_TIMEOUT: 'nobody',
  ERR_ABORTED: 'caller',
  ERR_QUEUE_FULL: 'caller',
  ERR_TOO_LARGE: 'caller',
  ERR_ENCODE: 'caller',
  ERR_DECODE: 'peer',
  ERR_NOT_HANDLED: 'peer',
  ERR_EVENTS_OVERFLOW: 'caller',
};

/** The one error class of Systole: look at `code`. */
export class SystoleError extends Error {
  /** The name of its class. */
  override readonly name: string = 'SystoleError';
  /** What went wrong; stable. docs/ERRORS.md has a heading for each. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** Whose doing it is. */
  get fault(): Fault {
    return FAULTS[this.code];
  }
}

/** One thing that is wrong with the options. */
export interface OptionProblem {
  /** Where, such as `keepalive.idle`. */
  readonly path: string;
  /** What it must be. */
  readonly requirement: string;
  /** What it is: a text, a number, a boolean. Of all else, and of a secret, an error keeps the kind only, such as `an object`. */
  readonly value: unknown;
  /** Whether it may be a secret, or hold one: errors are logged. */
  readonly isSecret?: boolean;
}

/** `ERR_OPTIONS`: everything that is wrong with the options, in one error, thrown before any socket opens. */
export class OptionsError extends SystoleError {
  override readonly name: string = 'OptionsError';
  declare readonly code: 'ERR_OPTIONS';
  /** Each with its path, what it must be, and what it is. */
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super('ERR_OPTIONS', problems.map(describeProblem).join('; '));
    this.problems = problems.map(withoutSecrets);
  }
}

function describeProblem({ path, requirement, value, isSecret }: OptionProblem): string {
  const shown = isKept(value, isSecret) ? (typeof value === 'string' ? JSON.stringify(value) : value) : kindOf(value);
  return `${path} must be ${requirement}, got ${shown}`;
}

function withoutSecrets({ path, requirement, value, isSecret }: OptionProblem): OptionProblem {
  return { path, requirement, value: isKept(value, isSecret) ? value : kindOf(value) };
}

/** Objects are not: nobody knows what is in them, and a logger would write it all. Nor functions, whose text is their source. */
function isKept(value: unknown, isSecret = false): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return true;
  return !isSecret && ['string', 'number', 'bigint'].includes(typeof value);
}

function kindOf(value: unknown): string {
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return `a ${typeof value}`;
}

/** `ERR_NOT_HANDLED`: the peer's application refused the message or failed on it. */
export class NotHandledError extends SystoleError {
  override readonly name: string = 'NotHandledError';
  declare readonly code: 'ERR_NOT_HANDLED';
  /** The code of the peer's error, or `no-handler`, `undecodable`, `unencodable-result`, `result-too-large`, `failed`. */
  readonly peerCode: string;
  /** The text of the peer's error. The `message` has it, too, and says that it is the peer's. */
  readonly peerText: string;

  constructor(peerCode: string, text: string) {
    super('ERR_NOT_HANDLED', describeRefusal(peerCode, text));
    this.peerCode = peerCode;
    this.peerText = text;
  }
}

/** The peer's Systole says in whole sentences what has become of a message; its handler throws what it likes. */
const SENTENCES: ReadonlySet<string> = new Set(['no-handler', 'unencodable-result', 'result-too-large']);

function describeRefusal(code: string, text: string): string {
  if (text !== '' && SENTENCES.has(code)) return text;
  const what = code === 'undecodable' ? 'the peer could not decode the message' : "the peer's handler failed";
  const isNamed = code !== 'failed' && code !== 'undecodable';
  const why = isNamed ? (text === '' ? code : `${text} (${code})`) : text;
  return why === '' ? what : `${what}: ${why}`;
}

/** The peer has broken the protocol. Ends its connection; never reaches a caller. */
export class ProtocolError extends Error {
  /** The name of its class. */
  override readonly name: string = 'ProtocolError';
}
