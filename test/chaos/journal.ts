/** What one process of an end has seen of delivery, line by line. It survives the SIGKILL of the process that writes it. */

import { openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One line. Messages are named by their sender and its count: `client-2/17` is the 17th message of the second client process. */
export type Entry =
  /** About to be given to `send`. */
  | { readonly type: 'sent'; readonly id: string }
  /** `send` resolved with this receipt, or nothing, while this process was the peer. */
  | { readonly type: 'acknowledged'; readonly id: string; readonly receipt: string | undefined; readonly peer: string }
  /** `send` rejected; when it was called this process was the peer, if there was one. */
  | {
      readonly type: 'rejected';
      readonly id: string;
      readonly code: string;
      readonly peerCode?: string | undefined;
      readonly peer?: string | undefined;
    }
  /** The handler was called, on this session, and is about to return this receipt, or nothing, or to throw an error with this code. */
  | {
      readonly type: 'handled';
      readonly id: string;
      readonly session: string;
      readonly receipt?: string | undefined;
      readonly thrown?: string | undefined;
    };

/** All that one process has written. */
export interface Journal {
  /** Which process: `server-1`. */
  readonly incarnation: string;
  readonly entries: readonly Entry[];
}

const ENDING = '.jsonl';

/** The writing side. A line is with the kernel when `write` returns: nothing that happens to the process takes it back. */
export class JournalWriter {
  readonly #file: number;

  constructor(folder: string, incarnation: string) {
    this.#file = openSync(join(folder, `${incarnation}${ENDING}`), 'ax');
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

/** All journals of a folder. */
export function readJournals(folder: string): readonly Journal[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => ({
      incarnation: basename(name, ENDING),
      entries: parseEntries(readFileSync(join(folder, name), 'utf8')),
    }));
}

/** A last line without its end is one whose writer was killed within `write`, and so before what it was to tell. */
export function parseEntries(text: string): readonly Entry[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}
