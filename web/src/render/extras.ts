import type MarkdownIt from 'markdown-it';
import type { StateBlock, StateCore, StateInline } from 'markdown-it';
import { say } from '../words/words.svelte';

/** Task lists and notes, in the manner of GitHub; each reads the same wherever a block stands. */
export function extras(parser: InstanceType<typeof MarkdownIt>): void {
  const escape = (text: string) => parser.utils.escapeHtml(text);
  parser.core.ruler.push('tasks', tasks);
  parser.inline.ruler.before('link', 'note', noteMark);
  parser.block.ruler.before('paragraph', 'note_text', noteText);
  parser.renderer.rules.task = (tokens, at) => {
    const done = tokens[at]!.content === 'x';
    return `<span class="task">${done ? '☑' : '☐'} (${escape(say(done ? 'taskDone' : 'taskOpen'))}) </span>`;
  };
  parser.renderer.rules.note = (tokens, at) =>
    `<span class="note">${escape(tokens[at]!.content)}</span>`;
  parser.renderer.rules.note_mark = (tokens, at) =>
    `<span class="note-mark">${escape(tokens[at]!.content)}</span> `;
}

/** `- [ ] to do` and `- [x] done`. */
function tasks(state: StateCore): void {
  const { tokens } = state;
  for (const [at, token] of tokens.entries()) {
    if (token.type !== 'inline' || tokens[at - 2]?.type !== 'list_item_open') continue;
    const first = token.children?.[0];
    const found = first?.type === 'text' ? /^\[([ xX])\]\s/.exec(first.content) : null;
    if (!found) continue;
    first!.content = first!.content.slice(found[0].length);
    const task = new state.Token('task', 'span', 0);
    task.content = found[1]!.toLowerCase();
    token.children!.unshift(task);
  }
}

const NAME = /^\[\^([\w-]{1,20})\]/;

/** `[^1]` within a text. */
function noteMark(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x5b) return false;
  const found = NAME.exec(state.src.slice(state.pos, state.posMax));
  if (!found) return false;
  if (!silent) state.push('note', 'span', 0).content = found[1]!;
  state.pos += found[0].length;
  return true;
}

/** `[^1]: its text`, a line of its own. */
function noteText(state: StateBlock, from: number, _to: number, silent: boolean): boolean {
  const line = state.src.slice(state.bMarks[from]! + state.tShift[from]!, state.eMarks[from]);
  const found = NAME.exec(line);
  if (!found || line[found[0].length] !== ':') return false;
  if (silent) return true;
  const opens = state.push('paragraph_open', 'p', 1);
  opens.map = [from, from + 1];
  opens.attrSet('class', 'note-text');
  state.push('note_mark', 'span', 0).content = found[1]!;
  const words = state.push('inline', '', 0);
  words.content = line.slice(found[0].length + 1).trim();
  words.children = [];
  words.map = [from, from + 1];
  state.push('paragraph_close', 'p', -1);
  state.line = from + 1;
  return true;
}
