/** The words of a table's cells, row by row. */
export function cellsOf(table: HTMLTableElement): string[][] {
  return [...table.rows].map((row) =>
    [...row.cells].map((cell) => {
      const copy = cell.cloneNode(true) as HTMLElement;
      copy.querySelectorAll('button, .host').forEach((each) => each.remove());
      // A formula is copied as it was written.
      copy
        .querySelectorAll('math')
        .forEach((each) => each.replaceWith(`$${each.getAttribute('data-written') ?? ''}$`));
      return (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
    }),
  );
}

/** A table for a spreadsheet's clipboard: columns apart by tabs. */
export function tabbed(cells: string[][]): string {
  return cells.map((row) => row.map(inert).join('\t')).join('\n');
}

/** A table as a file of values (RFC 4180), columns apart by `apart`. */
export function valuesFile(cells: string[][], apart: ',' | ';'): string {
  const quoted = (cell: string) =>
    /["\n\r,;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return cells.map((row) => row.map((cell) => quoted(inert(cell))).join(apart)).join('\r\n');
}

/** A table as Markdown. */
export function markdownTable(cells: string[][]): string {
  const line = (row: string[]) =>
    `| ${row.map((cell) => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|')).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

/** A spreadsheet computes what begins so, and may ask the network: a model's cell is words. */
function inert(cell: string): string {
  return /^[=+\-@]/.test(cell) && !/^[+-]?[\d\s.,]*%?$/.test(cell) ? `'${cell}` : cell;
}
