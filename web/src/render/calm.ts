/**
 * What is half written shows as what it will most likely be: `**bo` is bold already, the address
 * of a link and the first row of a table wait until they are there. Only the look of the last
 * block while it grows: what stands in the end is what was written.
 */
export function calm(open: string): string {
  if (fenced(open)) return open;
  const from = paragraph(open);
  const tail = open.slice(from);
  return open.slice(0, from) + closed(held(tail));
}

/** Whether a fence of code is open: nothing in it is a mark. */
function fenced(open: string): boolean {
  const fences = open.match(/^[ \t>]*(?:[-*+] +|\d+[.)] +)?(?:```|~~~)/gm) ?? [];
  return fences.length % 2 === 1;
}

/** Where the last paragraph, item or row begins: no mark reaches beyond it. */
function paragraph(open: string): number {
  let from = 0;
  for (const line of open.matchAll(/(?:^|\n)(?=[ \t]*(?:\n|[-*+] |\d+[.)] |#{1,6} |>))/g)) {
    from = line.index + line[0].length;
  }
  return from;
}

/** The text without what cannot be shown yet. */
function held(tail: string): string {
  const lines = tail.split('\n');
  const row = lines.findIndex((line) => /^\s*\|/.test(line));
  const rule = lines.length - 1 === row + 1 && /^[\s|:-]*$/.test(lines.at(-1)!);
  if (row >= 0 && (row === lines.length - 1 || rule) && !isTable(lines, row)) {
    return lines.slice(0, row).join('\n');
  }
  // A dash under a paragraph is a heading, an item or a rule: it waits for the rest of its line.
  if (lines.length > 1 && /^\s*(?:[-=]+|[-*+]|\d+[.)]?)\s*$/.test(lines.at(-1)!)) {
    return lines.slice(0, -1).join('\n');
  }
  return tail.replace(/!?\[([^[\]\n]*)\](?:\([^()\s]*)?$/, '$1').replace(/[*_~`$\\]+$/, '');
}

/** Whether a row two lines above is a table's head already. */
function isTable(lines: string[], row: number): boolean {
  return row >= 2 && lines.slice(0, row).some((line) => /^\s*\|/.test(line));
}

const MARKS = /\\[()[\]]|\\.|`+|\$\$|\*\*|__|~~|\*|_/g;
const FORMULA: Record<string, string> = { '\\(': '\\)', '\\[': '\\]', $$: '$$' };

/** The text with an end for each mark that has none. */
function closed(tail: string): string {
  const open: string[] = [];
  // Code and formulas hold no marks but their own end.
  let until: string | null = null;
  for (const found of tail.matchAll(MARKS)) {
    const mark = found[0];
    if (until !== null) {
      if (mark === until) until = null;
      continue;
    }
    const before = tail[found.index - 1] ?? ' ';
    const after = tail[found.index + mark.length] ?? ' ';
    if (mark in FORMULA) until = FORMULA[mark]!;
    else if (mark[0] === '`') until = mark;
    else if (mark[0] === '\\') continue;
    else if (open.includes(mark)) open.splice(open.lastIndexOf(mark));
    else if (!/\s/.test(after) && !/\w/.test(before)) open.push(mark);
  }
  if (until === null && !open.length) return tail;
  return tail.trimEnd() + (until ?? '') + open.reverse().join('');
}
