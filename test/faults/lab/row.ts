/** A row of the table: what one end was told of one fault. */

import type { Load } from './links.ts';

export interface Cell {
  /** The first news, or `nothing`. */
  readonly what: string;
  /** Of Systole: on what evidence. */
  readonly because: string | undefined;
  /** Milliseconds after the fault; undefined for `nothing`. */
  readonly afterMs: number | undefined;
}

export interface Row {
  readonly fault: string;
  readonly side: 'near' | 'far';
  readonly load: Load;
  readonly node: Cell;
  /** Undefined where the kernel's keepalive has no say: before a connection is established. */
  readonly kernel: Cell | undefined;
  readonly systole: Cell;
  /** The latest time for what Systole must tell; undefined where it must tell nothing. */
  readonly boundMs: number | undefined;
}

declare module 'vitest' {
  interface TaskMeta {
    /** What this test has seen. */
    row?: Row;
  }
}
