/** Bugs that the fuzzer finds before it is believed: each is a text of what is built, and what is put in its place. */

import type { Change } from '../mutants/bug.ts';
import type { FailureKind } from './failure.ts';
import type { TargetName } from './input.ts';

/** One of them, and where it is looked for. */
export interface Planted {
  readonly name: string;
  readonly change: Change;
  readonly target: TargetName;
  readonly kind: FailureKind;
  /** So many runs must do. */
  readonly runs: number;
}

const CORE = 'packages/core/dist';

export const PLANTED: readonly Planted[] = [
  {
    name: 'a number is read that is longer than it need be',
    change: {
      file: `${CORE}/rules/varint.js`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of the source
      from: 'throw new ProtocolError(`the number ${n} takes ${size} bytes, not its shortest form`);',
      to: 'return n;',
    },
    target: 'decoder',
    kind: 'unexplained',
    runs: 5_000,
  },
  {
    name: 'memory is taken for what a length promises',
    change: {
      file: `${CORE}/rules/decoder.js`,
      from: 'withRoom(this.#partial, this.#gathered, this.#gathered + count, wanted)',
      to: 'withRoom(this.#partial, this.#gathered, wanted, wanted)',
    },
    target: 'decoder',
    kind: 'unexplained',
    runs: 5_000,
  },
  {
    name: 'a frame of a later version is skipped for ever',
    change: {
      file: `${CORE}/rules/decoder.js`,
      from: 'this.#position = end;',
      to: 'if (this.#chunk[start] < 0x80) this.#position = end;',
    },
    target: 'decoder',
    kind: 'hang',
    runs: 5_000,
  },
  {
    name: 'HELLO behind the handshake meets a handshake that is gone',
    change: {
      file: `${CORE}/session/connection.js`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of the source
      from: 'throw new ProtocolError(`${frame.type.toUpperCase()} came after the handshake`);',
      to: 'return this.#step(this.#opening.handleFrame(frame));',
    },
    target: 'session',
    kind: 'crash',
    runs: 20_000,
  },
  {
    name: 'an alarm is left behind the end of a connection',
    change: { file: `${CORE}/session/connection.js`, from: 'this.#alarm.clear();', to: '' },
    target: 'handshake',
    kind: 'unexplained',
    runs: 5_000,
  },
  {
    name: 'the peer may settle what it was never told',
    change: { file: `${CORE}/machines/inbox.js`, from: 'if (settled > this.#told) {', to: 'if (settled < 0) {' },
    target: 'session',
    kind: 'unexplained',
    runs: 20_000,
  },
  {
    name: 'a message that comes again is handled again',
    change: {
      file: `${CORE}/machines/inbox.js`,
      from: 'if (number !== this.#received + 1) {',
      to: 'if (number > this.#received + 1) {',
    },
    target: 'session',
    kind: 'unexplained',
    runs: 20_000,
  },
  {
    name: 'an arrival that was turned away is kept',
    change: {
      file: 'packages/server/dist/reception.js',
      from: 'reject(arrival, { cause, evidence }) {\n        this.#arrivals.delete(arrival);',
      to: 'reject(arrival, { cause, evidence }) {',
    },
    target: 'server',
    kind: 'growth',
    runs: 32,
  },
];
