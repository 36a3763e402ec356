import { remember, remembered } from './appearance.svelte';

const KEY = 'argo.introduced';

/** Whether the cards of a first visit were seen; this browser remembers it. */
class Introduction {
  seen = $state(remembered<boolean>(KEY) ?? false);

  close(): void {
    this.seen = true;
    remember(KEY, true);
  }

  replay(): void {
    this.seen = false;
  }
}

export const introduction = new Introduction();
