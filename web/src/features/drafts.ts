import { remember, remembered } from './appearance.svelte';

const PREFIX = 'argo.draft.';

/** The text that waits unsent in the box of conversation `id`; a null id keeps none. */
export function draftOf(id: string | null): string {
  return (id && remembered<string>(PREFIX + id)) || '';
}

export function keepDraft(id: string | null, text: string): void {
  if (id) remember(PREFIX + id, text || null);
}

/** Leave no unsent text behind in this browser. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Storage is blocked: nothing was kept.
  }
}
