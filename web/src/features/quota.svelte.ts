/** When the next question may go, counted down. */
class Quota {
  seconds = $state(0);
  #ticking: ReturnType<typeof setInterval> | undefined;

  /** The server refused: the next may go in so many seconds. */
  exhausted(seconds: number): void {
    const until = Date.now() + seconds * 1000;
    clearInterval(this.#ticking);
    const tick = () => {
      this.seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      if (this.seconds === 0) clearInterval(this.#ticking);
    };
    tick();
    this.#ticking = setInterval(tick, 500);
  }
}

export const quota = new Quota();
