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
    const moving = this.growing() || performance.now() < this.#settling;
    if (!this.below && moving) this.#toEnd();
  }

  async toNewest(): Promise<void> {
    await tick();
    this.#toEnd();
    this.below = false;
    this.#settling = performance.now() + SETTLING_MILLISECONDS;
  }

  #toEnd(): void {
    this.scroller?.scrollTo({ top: this.scroller.scrollHeight });
  }
}
