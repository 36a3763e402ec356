import MarkdownIt, { type StateInline, type StateBlock } from 'markdown-it';
import { say } from '../words/words.svelte';
import { extras } from './extras';

/** Markdown without HTML, references and images: a model's text is a stranger's text. */
export const parser = new MarkdownIt({ html: false, linkify: true, breaks: false });
parser.disable(['reference', 'html_block', 'html_inline']);
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
parser.validateLink = (url) => /^(https?:|mailto:)/i.test(url.trim());
// A picture becomes its words: nothing is ever loaded from elsewhere.
parser.renderer.rules.image = (tokens, at) => {
  const token = tokens[at]!;
  const address = String(token.attrGet('src') ?? '');
  return `<span class="picture">[${escape(say('picture'))}] ${escape(token.content)} <code>${escape(address)}</code></span>`;
};
parser.renderer.rules.fence = parser.renderer.rules.code_block = (tokens, at) => {
  const token = tokens[at]!;
  const language = /^[\w+#.-]{1,30}/.exec(token.info.trim())?.[0] ?? '';
  return `<pre><code data-language="${escape(language)}">${escape(token.content)}</code></pre>`;
};
parser.renderer.rules.th_open = parser.renderer.rules.td_open = (tokens, at) => {
  const { tag } = tokens[at]!;
  // The page's policy allows no style attribute, so the column's side becomes a class.
  const side = /text-align:(right|center)/.exec(String(tokens[at]!.attrGet('style') ?? ''))?.[1];
  return side ? `<${tag} class="${side === 'right' ? 'end' : 'centre'}">` : `<${tag}>`;
};
extras(parser);
parser.inline.ruler.before('escape', 'math', mathInline);
parser.block.ruler.before('fence', 'math', mathBlock, { alt: ['paragraph', 'blockquote', 'list'] });
parser.renderer.rules.math_inline = (tokens, at) =>
  `<code class="math">${escape(tokens[at]!.content)}</code>`;
parser.renderer.rules.math_block = (tokens, at) =>
  `<pre class="math-block"><code class="math" data-display="1">${escape(tokens[at]!.content)}</code></pre>`;

function escape(text: string): string {
  return parser.utils.escapeHtml(text);
}

const LONGEST = 4000;
const INLINE = [
  new RegExp(`^\\\\\\(([\\s\\S]{1,${LONGEST}}?)\\\\\\)`),
  new RegExp(`^\\\\\\[([\\s\\S]{1,${LONGEST}}?)\\\\\\]`),
  new RegExp(`^\\$\\$([^$]{1,${LONGEST}}?)\\$\\$`),
];
const DOLLARS = /^\$(?![\s$])((?:\\.|[^$\\\n]){1,1000})\$(?![\w$])/;
// A number first and words after it, or a dash: "$5 and the $", "$5-$".
const PRICE = /^\d[\d.,]*(?:\s?[kKMG€%])?(?:[,;:]?\s+[a-zà-ÿ]{2,}\b|[-–/]$)/i;

/** `$…$`, `$$…$$`, `\(…\)` and `\[…\]` within a line; a price is not mathematics. */
function mathInline(state: StateInline, silent: boolean): boolean {
  const first = state.src.charCodeAt(state.pos);
  if (first !== 0x24 && first !== 0x5c) return false;
  const rest = state.src.slice(state.pos, Math.min(state.posMax, state.pos + LONGEST + 4));
  const found = INLINE.map((each) => each.exec(rest)).find((each) => each) ?? dollars(state, rest);
  if (!found) return false;
  if (!silent) state.push('math_inline', 'code', 0).content = found[1]!.trim();
  state.pos += found[0].length;
  return true;
}

function dollars(state: StateInline, rest: string): RegExpExecArray | null {
  if (/\w/.test(state.src[state.pos - 1] ?? '')) return null;
  const found = DOLLARS.exec(rest);
  if (!found || /\s$/.test(found[1]!) || PRICE.test(found[1]!)) return null;
  return found;
}

/** `$$` or `\[` at the start of a line, to its partner before the next empty line. */
function mathBlock(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  const line = (at: number) =>
    state.src.slice(state.bMarks[at]! + state.tShift[at]!, state.eMarks[at]).trim();
  const first = line(from);
  const close = first.startsWith('$$') ? '$$' : first.startsWith('\\[') ? '\\]' : null;
  if (close === null || state.sCount[from]! - state.blkIndent >= 4) return false;
  let content = first.slice(2);
  let at = from;
  while (!content.trimEnd().endsWith(close)) {
    at += 1;
    if (content.includes(close) || at >= to || at - from > 200) return false;
    // An empty line ends a formula, so that a block stays what it is while more text comes.
    if (state.isEmpty(at) || state.sCount[at]! < state.blkIndent) return false;
    content += `\n${line(at)}`;
  }
  const formula = content.trimEnd().slice(0, -2).trim();
  if (!formula || formula.includes(close)) return false;
  if (silent) return true;
  const token = state.push('math_block', 'code', 0);
  token.content = formula;
  token.map = [from, at + 1];
  state.line = at + 1;
  return true;
}
