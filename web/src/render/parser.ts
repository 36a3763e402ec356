import MarkdownIt, { type StateInline, type StateBlock } from 'markdown-it';

/** Markdown without HTML, references and images: a model's text is a stranger's text. */
export const parser = new MarkdownIt({ html: false, linkify: true, breaks: false });
parser.disable(['reference', 'html_block', 'html_inline']);
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
parser.validateLink = (url) => /^(https?:|mailto:)/i.test(url.trim());
// A picture becomes its words: nothing is ever loaded from elsewhere.
parser.renderer.rules.image = (tokens, at) => {
  const token = tokens[at]!;
  const address = String(token.attrGet('src') ?? '');
  return `<span class="picture">${escape(token.content)} <code>${escape(address)}</code></span>`;
};
parser.renderer.rules.fence = parser.renderer.rules.code_block = (tokens, at) => {
  const token = tokens[at]!;
  const language = /^[\w+#.-]{1,30}/.exec(token.info.trim())?.[0] ?? '';
  return `<pre><code data-language="${escape(language)}">${escape(token.content)}</code></pre>`;
};
parser.inline.ruler.before('escape', 'math', mathInline);
parser.block.ruler.before('fence', 'math', mathBlock, { alt: ['paragraph', 'blockquote', 'list'] });
parser.renderer.rules.math_inline = (tokens, at) =>
  `<code class="math">${escape(tokens[at]!.content)}</code>`;
parser.renderer.rules.math_block = (tokens, at) =>
  `<pre class="math-block"><code class="math" data-display="1">${escape(tokens[at]!.content)}</code></pre>`;

function escape(text: string): string {
  return parser.utils.escapeHtml(text);
}

/** `$…$` and `\(…\)`; a price is not mathematics: no space inside, no digit after. */
function mathInline(state: StateInline, silent: boolean): boolean {
  const rest = state.src.slice(state.pos, state.posMax);
  const found =
    /^\\\(([\s\S]+?)\\\)/.exec(rest) ??
    /^\\\[([\s\S]+?)\\\]/.exec(rest) ??
    /^\$\$([^$]+?)\$\$/.exec(rest) ??
    /^\$(?![\s\d.,]*\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?![\d\w])/.exec(rest);
  if (!found) return false;
  if (!silent) state.push('math_inline', 'code', 0).content = found[1]!.trim();
  state.pos += found[0].length;
  return true;
}

/** `$$` or `\[` on a line of its own, to its partner. */
function mathBlock(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  const line = (at: number) =>
    state.src.slice(state.bMarks[at]! + state.tShift[at]!, state.eMarks[at]).trim();
  const first = line(from);
  const [open, close] = first.startsWith('$$') ? ['$$', '$$'] : ['\\[', '\\]'];
  if (!first.startsWith(open)) return false;
  const whole = first.slice(2);
  let at = from;
  let content = whole;
  if (whole.endsWith(close) && whole.length > 1) content = whole.slice(0, -2);
  else {
    if (whole.includes(close)) return false;
    for (at = from + 1; at < to && !line(at).endsWith(close); at++) content += `\n${line(at)}`;
    if (at >= to) return false;
    content += `\n${line(at).slice(0, -2)}`;
  }
  if (silent) return true;
  const token = state.push('math_block', 'code', 0);
  token.content = content.trim();
  token.map = [from, at + 1];
  state.line = at + 1;
  return true;
}
