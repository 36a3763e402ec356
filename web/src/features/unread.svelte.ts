import type { Conversation } from '../api/types';
import { remember, remembered } from './appearance.svelte';

const KEY = 'argo.unread';

type Kept = { running: string[]; unread: string[] };

/**
 * The conversations whose answer was finished while this browser showed something else. Their ids
 * alone are remembered, until they are opened or somebody signs out.
 */
class Unread {
  #kept = $state<Kept>(remembered<Kept>(KEY) ?? { running: [], unread: [] });
  /** The conversation that is looked at. */
  #seen = $state<string | null>(null);

  readonly count = $derived(this.#kept.unread.length);

  /** The title of a window on `what`, with how many are unread. */
  named(what: string): string {
    return `${this.count ? `(${this.count}) ` : ''}${what} · ARGO`;
  }

  /** Take what another window of this browser has noted. */
  adopt(): void {
    this.#kept = remembered<Kept>(KEY) ?? { running: [], unread: [] };
  }

  has(id: string): boolean {
    return this.#kept.unread.includes(id);
  }

  /** Whether one of the conversations runs that is not looked at. */
  get elsewhere(): boolean {
    return this.#kept.running.some((each) => each !== this.#seen);
  }

  /** Compare `list` with what was running before: what ended elsewhere is unread. */
  watch(list: Conversation[]): void {
    const known = Object.fromEntries(list.map((each) => [each.id, each]));
    const ended = this.#kept.running.filter((id) => known[id] && !known[id].running);
    const fresh = ended.filter((id) => !this.#looked(id));
    const unread = [...new Set([...this.#kept.unread, ...fresh])].filter((id) => known[id]);
    this.#keep({ running: list.filter((each) => each.running).map((each) => each.id), unread });
  }

  /** Note that conversation `id` is looked at now, null: none. */
  look(id: string | null): void {
    this.#seen = id;
    if (id && this.#looked(id) && this.has(id))
      this.#keep({ ...this.#kept, unread: this.#kept.unread.filter((each) => each !== id) });
  }

  forget(): void {
    this.#keep({ running: [], unread: [] });
  }

  #looked(id: string): boolean {
    return id === this.#seen && !document.hidden;
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    remember(KEY, kept.running.length || kept.unread.length ? kept : null);
  }
}

export const unread = new Unread();
