import { told } from './refusal';

/** One sentence about something that did not work, until it is closed or the next one comes. */
class Notice {
  text = $state<string | null>(null);

  close(): void {
    this.text = null;
  }

  /** Do `work`; returns whether it was done, and says why when it was not. */
  async unless(work: () => Promise<unknown>): Promise<boolean> {
    this.text = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.text = told(error);
      return false;
    }
  }
}

export const notice = new Notice();
