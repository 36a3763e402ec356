import { cellsOf, tabbed } from './table';

/** What a word processor needs to be told in place of the page's style sheet. */
const LOOKS: [string, Record<string, string>][] = [
  ['table', { 'border-collapse': 'collapse' }],
  ['th, td', { border: '1px solid #888', padding: '3pt 6pt', 'vertical-align': 'top' }],
  ['th', { 'background-color': '#eee', 'font-weight': 'bold' }],
  ['.end', { 'text-align': 'right' }],
  ['.centre', { 'text-align': 'center' }],
  ['code', { 'font-family': 'Consolas, "Courier New", monospace' }],
  [
    'pre',
    { 'white-space': 'pre-wrap', 'background-color': '#f4f4f4', padding: '6pt', margin: '6pt 0' },
  ],
  ['blockquote', { 'margin-left': '18pt', color: '#555' }],
];

/** Copy an answer so that it pastes well everywhere: formatted for Word, as text elsewhere. */
export async function copyRich(element: HTMLElement, markdown: string): Promise<void> {
  await write(pasted(element), markdown);
}

/** Copy a table: as a table for a word processor, tabbed for a spreadsheet. */
export async function copyTable(table: HTMLTableElement): Promise<void> {
  await write(pasted(table), tabbed(cellsOf(table)));
}

/** Copy `text` as it is. */
export function copyText(text: string): Promise<void> {
  return navigator.clipboard.writeText(text);
}

/** The HTML of `element` that stands without the page around it. */
export function pasted(element: HTMLElement): string {
  const whole = document.createElement('div');
  whole.append(element.cloneNode(true));
  for (const note of whole.querySelectorAll('.note, .note-mark'))
    note.textContent = `[${note.textContent}]`;
  whole
    .querySelectorAll('button, iframe, .codebar, .tablebar, .host')
    .forEach((each) => each.remove());
  // Word draws no line around a table that names none.
  whole.querySelectorAll('table').forEach((each) => each.setAttribute('border', '1'));
  whole.querySelectorAll('math').forEach((each) => each.removeAttribute('data-written'));
  for (const [selector, look] of LOOKS)
    for (const each of whole.querySelectorAll<HTMLElement>(selector))
      for (const [name, value] of Object.entries(look)) each.style.setProperty(name, value);
  whole.querySelectorAll('*').forEach(bare);
  return new XMLSerializer().serializeToString(whole);
}

/** Without the page's own names and roles. */
function bare(element: Element): void {
  for (const name of element.getAttributeNames())
    if (/^(class|role|tabindex|target|data-|aria-)/.test(name)) element.removeAttribute(name);
}

function write(html: string, text: string): Promise<void> {
  return navigator.clipboard.write([
    new ClipboardItem({
      'text/html': new Blob([html], { type: 'text/html' }),
      'text/plain': new Blob([text], { type: 'text/plain' }),
    }),
  ]);
}
