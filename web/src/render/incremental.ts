import { colour, mathematics } from './late';
import { parser } from './parser';
import { safe } from './safe';

/**
 * Markdown that grows: blocks that are finished are rendered once and kept, only the last one is
 * rendered again. Without references a block means the same wherever it stands, so the parts
 * make the whole.
 */
export class Incremental {
  #text = '';
  #finished = 0;
  #open: ChildNode[] = [];

  constructor(readonly container: HTMLElement) {}

  /** Show `text`; what was shown before is its beginning, or is dropped. */
  update(text: string): void {
    if (text === this.#text) return;
    if (!text.startsWith(this.#text)) {
      this.container.replaceChildren();
      this.#finished = 0;
      this.#open = [];
    }
    this.#text = text;
    for (const node of this.#open) node.remove();
    const rest = text.slice(this.#finished);
    const cut = lastBlock(rest);
    if (cut > 0) {
      this.#add(rest.slice(0, cut), true);
      this.#finished += cut;
    }
    this.#open = this.#add(rest.slice(cut), false);
  }

  /** The text is whole: give the last block its colours too. */
  finish(): void {
    for (const node of this.#open) if (node instanceof HTMLElement) late(node);
  }

  #add(markdown: string, whole: boolean): ChildNode[] {
    const fragment = safe(markdown);
    const nodes = [...fragment.childNodes];
    this.container.append(fragment);
    if (whole) for (const node of nodes) if (node instanceof HTMLElement) late(node);
    return nodes;
  }
}

function late(element: HTMLElement): void {
  void colour(element);
  void mathematics(element);
}

/** Where the last block of `markdown` begins, as an offset. */
function lastBlock(markdown: string): number {
  const blocks = parser.parse(markdown, {}).filter((token) => token.level === 0 && token.map);
  const last = blocks.at(-1)?.map?.[0] ?? 0;
  if (last === 0) return 0;
  let offset = 0;
  for (let line = 0; line < last; line++) offset = markdown.indexOf('\n', offset) + 1;
  return offset;
}
