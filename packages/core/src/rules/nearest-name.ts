/** Which known name somebody may have meant by one that is not known. Pure. */

/** A swap of neighbours, a letter too many, too few or another: two of them are still a slip, three are another word. */
const MAX_SLIPS = 2;

/**
 * The known name that is most like `name`, where the last part of a dotted one counts: `idle` finds `keepalive.idle`. Undefined if
 * none is like it. Upper and lower case are no difference.
 */
export function findNearestName(name: string, known: readonly string[]): string | undefined {
  const meant = lastPart(name);
  // In a short name two slips leave nothing that is alike.
  const mostSlips = Math.min(MAX_SLIPS, Math.floor(meant.length / 3));
  let nearest: { readonly name: string; readonly slips: number } | undefined;
  for (const candidate of known) {
    const word = lastPart(candidate);
    // Each letter more or less is a slip: a name that is far too long is not even looked at.
    if (Math.abs(meant.length - word.length) > mostSlips) continue;
    const slips = countSlips(meant, word);
    if (slips <= mostSlips && slips < (nearest?.slips ?? Number.POSITIVE_INFINITY))
      nearest = { name: candidate, slips };
  }
  return nearest?.name;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

/** The distance of Damerau and Levenshtein, with neighbours that are swapped once (optimal string alignment). */
function countSlips(from: string, to: string): number {
  let previous: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let at = 1; at <= from.length; at += 1) {
    const above = row;
    const beforeThat = previous;
    row = [at];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[at - 1] === to[column - 1];
      const isSwapped = at > 1 && column > 1 && from[at - 1] === to[column - 2] && from[at - 2] === to[column - 1];
      row.push(
        Math.min(
          (above[column] as number) + 1,
          (row[column - 1] as number) + 1,
          (above[column - 1] as number) + (isSame ? 0 : 1),
          isSwapped ? (beforeThat[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    previous = above;
  }
  return row[to.length] as number;
}
