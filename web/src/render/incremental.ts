import { calm } from './calm';
import { colour, diagrams, mathematics, mathematicsNow } from './late';
import { parser } from './parser';
import { safe } from './safe';
import { settle } from './settle';
import { withTools } from './tools';

/**
 * Markdown that grows: blocks that are finished are rendered once and kept, only the last one is
 * rendered again. Without references a block means the same wherever it stands, so the parts
 * make the whole.
 */
export class Incremental {
  #text = '';
  #finished = 0;
  /** How many of the container's nodes are of finished blocks. */
  #kept = 0;

  constructor(readonly container: HTMLElement) {}

  /** Show `text`; what was shown before is its beginning, or is dropped. */
  update(text: string): void {
    if (text === this.#text) return;
    if (!text.startsWith(this.#text)) this.#drop();
    this.#text = text;
    const rest = text.slice(this.#finished);
    const cut = lastBlock(rest);
    if (cut > 0) {
      this.#finish(rest.slice(0, cut));
      this.#finished += cut;
    }
    this.#show(calm(rest.slice(cut)));
  }

  /** The text is whole: the last block is what was written, with its colours. */
  finish(): void {
    this.#show(this.#text.slice(this.#finished));
    for (const node of this.#open()) if (node instanceof HTMLElement) late(node);
  }

  #drop(): void {
    this.container.replaceChildren();
    this.#finished = this.#kept = 0;
  }

  #finish(markdown: string): void {
    this.#show(markdown);
    for (const node of this.#open()) if (node instanceof HTMLElement) late(node);
    this.#kept = this.container.childNodes.length;
  }

  #show(markdown: string): void {
    const fragment = withTools(safe(markdown));
    mathematicsNow(fragment);
    settle(this.container, this.#kept, fragment);
  }

  #open(): ChildNode[] {
    return [...this.container.childNodes].slice(this.#kept);
  }
}

function late(element: HTMLElement): void {
  void colour(element);
  void mathematics(element);
  void diagrams(element);
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
