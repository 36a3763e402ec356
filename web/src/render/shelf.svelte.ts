import { SvelteSet } from 'svelte/reactivity';

/** How far above and below the window messages are kept rendered, in heights of the window. */
const MARGIN = '300% 0px';

/**
 * Which messages of a long conversation are near what is read. Only those are rendered; the
 * others are their words, in their place, with the height the browser remembers.
 */
export class Shelf {
  readonly #near = new SvelteSet<string>();
  readonly #ids = new WeakMap<Element, string>();
  #watching: IntersectionObserver | null = null;

  near(id: string): boolean {
    return this.#near.has(id);
  }

  /** An action for a message's list item within `.scroller`. */
  readonly keep = (item: HTMLElement, { id, text }: { id: string; text: string }) => {
    this.#watching ??= new IntersectionObserver((seen) => this.#moved(seen), {
      root: item.closest('.scroller'),
      rootMargin: MARGIN,
    });
    this.#ids.set(item, id);
    item.style.setProperty('contain-intrinsic-block-size', `auto ${height(text)}rem`);
    this.#watching.observe(item);
    return {
      destroy: () => {
        this.#watching?.unobserve(item);
        this.#near.delete(id);
      },
    };
  };

  #moved(seen: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      const id = this.#ids.get(target)!;
      if (isIntersecting) this.#near.add(id);
      else this.#near.delete(id);
    }
  }
}

const CHARACTERS_A_LINE = 85;
const LINE_REM = 1.6;
const AROUND_REM = 4.5;

/** About how high a message will be, so that the scroll bar tells the truth from the start. */
function height(text: string): number {
  const lines = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(0.6, Math.ceil(line.length / CHARACTERS_A_LINE)), 0);
  return Math.round(lines * LINE_REM + AROUND_REM);
}
