import { tick } from 'svelte';

const SETTLING_MILLISECONDS = 1500;
const AWAY_PIXELS = 80;

/** Where a reader is in a conversation that grows: at its end, or further up. */
export class Reading {
  scroller = $state<HTMLElement>();
  /** Whether newer text stands below what is seen. */
  below = $state(false);
  #last = 0;
  #settling = 0;
  /** The message a reader was brought to, while what is drawn around it moves it. */
  #target: HTMLElement | null = null;

  /** `growing` says whether an answer is being written. */
  constructor(readonly growing: () => boolean) {}

  scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller!;
    const away = scrollHeight - scrollTop - clientHeight > AWAY_PIXELS;
    // Only a person scrolls up; text that grows or moves does not count as leaving.
    if (scrollTop < this.#last || !away) this.below = away;
    this.#last = scrollTop;
  }

  /**
   * Text grows under a reader who is at the end; one who scrolled up is left in peace. What is
   * finished grows too at first, when its mathematics and colours come.
   */
  grew(): void {
    if (this.#target && performance.now() < this.#settling) return this.#toTarget();
    const moving = this.growing() || performance.now() < this.#settling;
    if (!this.below && moving) this.#toEnd();
  }

  /** Bring the reader to the item `id`, and the focus with them, so that it is read out. */
  async toMessage(id: string): Promise<void> {
    await tick();
    const item = document.getElementById(id);
    const article = item?.querySelector<HTMLElement>('article');
    if (!item || !article) return;
    this.#target = item;
    this.#settling = performance.now() + SETTLING_MILLISECONDS;
    // Whoever moves on their own is not held.
    for (const moved of ['wheel', 'touchmove', 'keydown'])
      this.scroller!.addEventListener(moved, () => (this.#target = null), { once: true });
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
    this.#toTarget();
  }

  async toNewest(): Promise<void> {
    await tick();
    this.#target = null;
    this.#toEnd();
    this.below = false;
    this.#settling = performance.now() + SETTLING_MILLISECONDS;
  }

  #toTarget(): void {
    this.below = true;
    this.#target!.scrollIntoView({ block: 'start' });
  }

  #toEnd(): void {
    this.scroller?.scrollTo({ top: this.scroller.scrollHeight });
  }
}
