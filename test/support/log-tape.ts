import type { Logger } from '@systole/core';
import { Tape } from './tape.ts';

/** One line of a log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines, and those of its children. */
export class LogTape implements Logger {
  readonly tape: Tape<LogLine>;
  readonly #bindings: Readonly<Record<string, unknown>>;

  constructor(tape: Tape<LogLine> = new Tape<LogLine>(), bindings: Readonly<Record<string, unknown>> = {}) {
    this.tape = tape;
    this.#bindings = bindings;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  child(bindings: Record<string, unknown>): LogTape {
    return new LogTape(this.tape, { ...this.#bindings, ...bindings });
  }

  #write(level: LogLine['level'], fields: object, message: string): void {
    this.tape.push({ level, message, fields: { ...this.#bindings, ...fields } });
  }
}
