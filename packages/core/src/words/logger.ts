/** The few methods of a pino logger that we call. */

/** A structured logger; a pino logger fits. Messages are fixed lowercase phrases, data goes into fields. */
export interface Logger {
  /** What helps to follow one connection: nothing of it is needed in production. */
  debug(fields: object, message: string): void;
  /** What happens in normal life, such as a session that begins. */
  info(fields: object, message: string): void;
  /** What somebody should look at some day, such as a peer that was judged dead. */
  warn(fields: object, message: string): void;
  /** What is wrong at this end, such as an `authenticate` that throws. */
  error(fields: object, message: string): void;
  /** Whether a level is written at all; a logger without it is asked for everything. */
  isLevelEnabled?(level: string): boolean;
  /** A logger that adds these fields to each line, such as one for a session. */
  child(bindings: Record<string, unknown>): Logger;
}
