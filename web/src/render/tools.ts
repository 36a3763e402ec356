import { reader, say } from '../words/words.svelte';
import { copyText, copyTable } from './clipboard';
import { keep, zoom } from './picture';
import { cellsOf, markdownTable, valuesFile } from './table';

/** Give code blocks and tables their bars of buttons; `act` does what they say. */
export function withTools<Part extends ParentNode>(fragment: Part): Part {
  fragment.querySelectorAll<HTMLElement>('pre:not(.math-block)').forEach(codeBar);
  fragment.querySelectorAll<HTMLElement>('.table').forEach(tableBar);
  fragment.querySelectorAll<HTMLElement>('.note, .note-mark').forEach(noteButton);
  return fragment;
}

/** Do what the button under `event` says, if it is one of ours. */
export async function act(event: Event): Promise<void> {
  const button = (event.target as Element).closest<HTMLButtonElement>('button[data-act]');
  if (!button) return;
  const does = button.dataset.act!;
  if (does === 'wrap') return wrap(button);
  if (does === 'note') return toNote(button);
  const drawing = button.closest('figure')?.querySelector('img');
  if (drawing && does !== 'code') return draw(drawing, does);
  await copy(button, does);
  const label = button.textContent;
  button.textContent = say('copied');
  setTimeout(() => (button.textContent = label), 2000);
}

function codeBar(block: HTMLElement): void {
  const code = block.querySelector('code')!;
  block.tabIndex = 0;
  block.setAttribute('role', 'group');
  block.setAttribute('aria-label', say('code'));
  const wraps = button('wrap', say('wrapLines'));
  wraps.setAttribute('aria-pressed', 'false');
  block.prepend(
    bar('codebar', words(code.dataset.language ?? ''), wraps, button('code', say('copyCode'))),
  );
}

function tableBar(box: HTMLElement): void {
  const whole = document.createElement('div');
  whole.className = 'tabled';
  box.replaceWith(whole);
  whole.append(
    box,
    bar(
      'tablebar',
      button('table', say('copyTable')),
      button('values', 'CSV'),
      button('markdown', 'Markdown'),
    ),
  );
}

function noteButton(mark: HTMLElement): void {
  const name = mark.textContent ?? '';
  const made = button('note', name);
  made.setAttribute('aria-label', `${say('note')} ${name}`);
  mark.replaceChildren(made);
}

function bar(name: string, ...parts: Element[]): HTMLElement {
  const made = document.createElement('div');
  made.className = name;
  made.append(...parts);
  return made;
}

function words(text: string): HTMLElement {
  const made = document.createElement('span');
  made.textContent = text;
  return made;
}

function button(does: string, label: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.dataset.act = does;
  made.textContent = label;
  return made;
}

function wrap(pressed: HTMLButtonElement): void {
  const on = pressed.closest('pre')!.classList.toggle('wrapped');
  pressed.setAttribute('aria-pressed', String(on));
}

function draw(drawing: HTMLImageElement, does: string): Promise<void> | void {
  if (does === 'svg' || does === 'png') return keep(drawing, does);
  zoom(drawing, does === 'zoom-in' ? 1 : -1);
}

async function copy(from: HTMLButtonElement, does: string): Promise<void> {
  if (does === 'code') {
    await copyText(from.closest('pre')!.querySelector('code')!.textContent ?? '');
    return;
  }
  const table = from.closest('.tabled')!.querySelector('table')!;
  if (does === 'table') await copyTable(table);
  // A French spreadsheet reads the comma as a decimal point.
  else if (does === 'values')
    await copyText(valuesFile(cellsOf(table), reader.language === 'fr' ? ';' : ','));
  else await copyText(markdownTable(cellsOf(table)));
}

/** From a note's number to its text, or back. */
function toNote(from: HTMLButtonElement): void {
  const there = from.closest('.note-text') ? '.note' : '.note-text';
  const all = from.closest('.prose')!.querySelectorAll<HTMLElement>(`${there} button`);
  const found = [...all].find((each) => each.textContent === from.textContent);
  found?.scrollIntoView({ block: 'nearest' });
  found?.focus();
}
