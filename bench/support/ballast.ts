/** What the process of a contender has on its heap besides what is measured. */

/**
 * V8 begins to mark a heap incrementally when it has 8 MB (Node 20), and when memory beside it has grown as well: a contender with little code of its
 * own would stay below, and be spared what any service pays that holds some data. With 64 KiB a message it is most of what a message costs.
 */
const OBJECTS = 200_000;

/** About 18 MB. Exported, so that it stays. */
export const ballast: readonly object[] = Array.from({ length: OBJECTS }, (_, id) => ({ id, name: `object ${id}` }));
