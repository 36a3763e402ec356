import type { Proscribed } from './proscribed';

/** A question that looks proscribed waits here for its person's decision; nothing else is kept. */
class Reminder {
  kind = $state<Proscribed | null>(null);
  #decided: ((anyway: boolean) => void) | null = null;

  /** Whether `text` may be sent: at once, or as its person decides. */
  async allows(text: string): Promise<boolean> {
    this.decide(false);
    // Without its program, say offline, nothing is noticed; the question is the person's.
    const noticing = await import('./proscribed').catch(() => null);
    const kind = noticing?.proscribed(text);
    if (!kind) return true;
    this.kind = kind;
    return new Promise<boolean>((decided) => (this.#decided = decided));
  }

  decide(anyway: boolean): void {
    this.kind = null;
    this.#decided?.(anyway);
    this.#decided = null;
  }
}

export const reminder = new Reminder();
