/** The few methods of a pino logger that we call. */

/** A structured logger; a pino logger fits. Messages are fixed lowercase phrases, data goes into fields. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Whether a level is written at all; a logger without it is asked for everything. */
  isLevelEnabled?(level: string): boolean;
  child(bindings: Record<string, unknown>): Logger;
}
