/** Reads again what `formatTable` has printed: cells by the name of their row and the head of their column. */

/** Cells of one table, by row and column. */
type Columns = (row: string, column: string) => string;

/**
 * The first table of a text, or the first whose head begins so.
 *
 * @throws Error if there is none; and, when asked for a cell, if that is not there.
 */
export function readColumns(text: string, beginning = ''): Columns {
  const lines = text.split('\n');
  const ruler = lines.findIndex(
    (line, at) => /^-+(?: +-+)+$/.test(line) && (lines[at - 1] ?? '').startsWith(beginning),
  );
  if (ruler < 1) throw new Error(`no table begins with '${beginning}'`);
  const spans = [...(lines[ruler] ?? '').matchAll(/-+/g)].map(
    ({ index, 0: dashes }) => [index, index + dashes.length] as const,
  );
  const cellsOf = (line = ''): string[] => spans.map(([from, to]) => line.slice(from, to).trim());
  const head = cellsOf(lines[ruler - 1]);
  const rows = lines.slice(ruler + 1).map(cellsOf);
  return (row, column) => {
    const cell = rows.find(([name]) => name === row)?.[head.indexOf(column)];
    if (cell === undefined || cell === '') throw new Error(`the table has no ${column} of ${row}`);
    return cell;
  };
}

/** Of a cell such as `1555 (1551 to 1600)`: `1,555`. */
export function medianOf(cell: string): string {
  return cell.replace(/ \(.*\)$/, '').replace(/^(\d+)(\d{3})$/, '$1,$2');
}
