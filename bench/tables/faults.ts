/** An excerpt of the table of faults in docs/LIVENESS.md, and how often who was told nothing in all of it. */

/** By their names in that table; all rows of each. */
const SHOWN = [
  'host dies',
  'silent drop for 1 s, both ways',
  'process frozen for 5 s',
  'server is frozen, its kernel accepts',
  'full send buffer in front of a black hole',
  'idle connections cut after 3 s, idle 5 s',
  'process killed',
  'orderly close',
];

interface Row {
  /** Given once, above the rows that have none. */
  readonly fault: string;
  readonly line: string;
  readonly node: string;
  readonly kernel: string;
  readonly systole: string;
}

/** @throws Error if the table does not have what is looked for. */
export function formatFaultExcerpt(section: string): string {
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  const head = lines.findIndex((line) => line.startsWith('| fault |'));
  const caption = /^(Node .*):$/m.exec(section)?.[1];
  if (head < 0 || caption === undefined) throw new Error('docs/LIVENESS.md has no table of faults');
  const end = lines.findIndex((line, at) => at > head && line.startsWith('| outage |'));
  const rows = readRows(lines.slice(head + 2, end < 0 ? undefined : end));
  const told = rows.filter(({ systole }) => systole !== 'nothing');
  const established = told.filter(({ kernel }) => kernel !== '-');
  return [
    `${caption}; idle 1 s, interval 1 s, 3 probes, for the kernel as well. Of ${new Set(rows.map(({ fault }) => fault)).size} faults, these:`,
    '',
    ...lines.slice(head, head + 2),
    ...SHOWN.flatMap((fault) => linesOf(rows, fault)),
    '',
    `In the whole table Systole tells a cause in ${told.length} rows. Bare Node is told nothing in ${count(told, 'node')} of them, the kernel's keepalive in ${count(established, 'kernel')} of the ${established.length} with a connection.`,
  ].join('\n');
}

function readRows(lines: readonly string[]): Row[] {
  const rows: Row[] = [];
  for (const line of lines) {
    const [name = '', , node = '', kernel = '', systole = ''] = line.replace(/^\| ?| \|$/g, '').split(' | ');
    rows.push({ fault: name.trim() || (rows.at(-1)?.fault ?? ''), line, node, kernel, systole });
  }
  return rows;
}

function linesOf(rows: readonly Row[], fault: string): string[] {
  const lines = rows.filter((row) => row.fault === fault).map(({ line }) => line);
  if (lines.length === 0) throw new Error(`docs/LIVENESS.md has no fault '${fault}'`);
  return lines;
}

function count(rows: readonly Row[], who: 'node' | 'kernel'): number {
  return rows.filter((row) => row[who] === 'nothing').length;
}
