/** A logger that writes nothing, and counts what it would have written. */

import type { Logger } from '@systole/core';

/** See the head of the file. Its children are itself. */
export class LogCount implements Logger {
  readonly #lines: Record<string, number> = {};

  /** How many lines there were, by level and message. */
  get lines(): Readonly<Record<string, number>> {
    return this.#lines;
  }

  isLevelEnabled(level: string): boolean {
    return level !== 'debug';
  }

  debug(): void {}

  info(_fields: object, message: string): void {
    this.#add('info', message);
  }

  warn(_fields: object, message: string): void {
    this.#add('warn', message);
  }

  error(_fields: object, message: string): void {
    this.#add('error', message);
  }

  child(): this {
    return this;
  }

  #add(level: string, message: string): void {
    const name = `${level}: ${message}`;
    this.#lines[name] = (this.#lines[name] ?? 0) + 1;
  }
}
