import { remember, remembered } from './appearance.svelte';
import { unread } from './unread.svelte';

const PREFIX = 'argo.draft.';

/** The text that waits unsent in the box of conversation `id`; a null id keeps none. */
export function draftOf(id: string | null): string {
  return (id && remembered<string>(PREFIX + id)) || '';
}

const PERSON = 'argo.person';

/** Drafts are for whoever wrote them: when another person signs in here, they are forgotten. */
export function draftsAreOf(person: string): void {
  if (remembered<string>(PERSON) === person) return;
  forgetDrafts();
  unread.forget();
  remember(PERSON, person);
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
