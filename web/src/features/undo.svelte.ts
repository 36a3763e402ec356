const MILLISECONDS = 29_000;

type Offer = { text: string; back: () => Promise<void> };

/** The last thing that can be taken back, while it can. */
class Undo {
  offered = $state.raw<Offer | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Offer to take back what `text` says was done, by `back`. */
  offer(text: string, back: () => Promise<void>): void {
    this.offered = { text, back };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.offered = null), MILLISECONDS);
  }

  async take(): Promise<void> {
    const offered = this.offered;
    this.offered = null;
    await offered?.back();
  }
}

export const undo = new Undo();
