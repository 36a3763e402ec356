import createPurifier from 'dompurify';
import { say } from '../words/words.svelte';
import { parser } from './parser';

const purifier = createPurifier(window);
const ALLOWED = {
  ALLOWED_TAGS:
    'p br hr h1 h2 h3 h4 h5 h6 strong em s del ul ol li blockquote pre code table thead tbody tr th td a span'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'title', 'start', 'class', 'data-language', 'data-display'],
  ALLOWED_URI_REGEXP: /^(https?:|mailto:)/i,
  // No addresses: the rule above is not for their values.
  ADD_URI_SAFE_ATTR: ['start', 'data-language', 'data-display'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};
const MATHEMATICS = {
  USE_PROFILES: { mathMl: true },
  ADD_ATTR: ['class'],
  FORBID_ATTR: ['style', 'href', 'xlink:href', 'id', 'name'],
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};
const COLOURS = {
  ALLOWED_TAGS: ['span'],
  ALLOWED_ATTR: ['class'],
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};
const CLASSES = new Set(
  'picture math math-block centre end task note note-mark note-text'.split(' '),
);

/** A model's Markdown as nodes that can do nothing but be read. */
export function safe(markdown: string): DocumentFragment {
  const fragment = purifier.sanitize(parser.render(markdown), ALLOWED);
  for (const element of fragment.querySelectorAll('[class]')) {
    if (!CLASSES.has(element.className)) element.removeAttribute('class');
  }
  fragment.querySelectorAll('a').forEach(tame);
  fragment.querySelectorAll('table').forEach(boxed);
  return fragment;
}

/** MathML that Temml made, as nodes. */
export function safeMathematics(mathml: string): DocumentFragment {
  // The page's policy reports each style that is parsed, also one that is then taken out.
  return purifier.sanitize(mathml.replace(/ style="[^"]*"/g, ''), MATHEMATICS);
}

/** Coloured code that the highlighter made, as nodes. */
export function safeColours(html: string): DocumentFragment {
  return purifier.sanitize(html, COLOURS);
}

/** A link leaves no trace of where it was followed, and says where it leads. */
function tame(link: HTMLAnchorElement): void {
  link.rel = 'noopener noreferrer';
  link.referrerPolicy = 'no-referrer';
  link.target = '_blank';
  if (link.getAttribute('href') === null) return;
  const leads = link.protocol === 'mailto:' ? link.href.slice(7).split('?')[0]! : link.host;
  if (plain(link.textContent ?? '') === plain(link.href)) return;
  const host = document.createElement('span');
  host.className = 'host';
  host.textContent = ` (${leads})`;
  link.append(host);
}

/** An address as people write it: without its scheme and last slash. */
function plain(address: string): string {
  return address
    .trim()
    .replace(/^(https?:\/\/|mailto:)/i, '')
    .replace(/\/$/, '');
}

/** A table scrolls in a box of its own, which the keyboard reaches. */
function boxed(table: HTMLTableElement): void {
  const box = document.createElement('div');
  box.className = 'table';
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', say('table'));
  table.querySelectorAll('th').forEach((head) => (head.scope = 'col'));
  table.replaceWith(box);
  box.append(table);
}
