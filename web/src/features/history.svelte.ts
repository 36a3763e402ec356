import { call } from '../api/client';
import type { Conversation } from '../api/types';
import { say } from '../words/words.svelte';
import { keepDraft } from './drafts';
import { tell } from './tabs';
import { undo } from './undo.svelte';
import { unread } from './unread.svelte';

type Page = { conversations: Conversation[]; pinned: Conversation[]; next: string | null };

/** The saved conversations, last used first; pinned ones are there from the beginning. */
class History {
  list = $state<Conversation[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);

  async load(): Promise<void> {
    const page = await call<Page>('GET', '/api/conversations');
    const fresh = [...page.conversations, ...page.pinned];
    // What was loaded further back stays in the list.
    const known = new Set(fresh.map((each) => each.id));
    const oldest = page.conversations.at(-1)?.updated_at ?? '';
    const older = this.list.filter(
      (each) => !known.has(each.id) && !each.pinned && each.updated_at < oldest,
    );
    if (!older.length) this.next = page.next;
    this.#show(page.next ? [...fresh, ...older] : fresh);
    this.loaded = true;
  }

  async more(): Promise<void> {
    if (!this.next) return;
    const before = encodeURIComponent(this.next);
    const page = await call<Page>('GET', `/api/conversations?before=${before}`);
    this.#show([...this.list, ...page.conversations]);
    this.next = page.next;
  }

  /** Return a page of the conversations in project `id`, from the cursor `before` on. */
  async within(id: string, before: string | null): Promise<Page> {
    const from = before ? `&before=${encodeURIComponent(before)}` : '';
    return call<Page>('GET', `/api/conversations?project_id=${id}${from}`);
  }

  /** Show `conversation` as it is now, first. */
  touch(conversation: Conversation): void {
    this.#show([conversation, ...this.list.filter((each) => each.id !== conversation.id)]);
  }

  async change(
    id: string,
    change: Partial<Pick<Conversation, 'title' | 'pinned' | 'assistant_id' | 'size'>>,
  ): Promise<void> {
    const changed = await call<Conversation>('PATCH', `/api/conversations/${id}`, change);
    this.list = this.list.map((each) => (each.id === id ? changed : each));
    tell(id);
  }

  async delete(conversations: Conversation[]): Promise<void> {
    const ids = conversations.map((each) => each.id);
    await call('POST', '/api/conversations/delete', { ids });
    this.list = this.list.filter((each) => !ids.includes(each.id));
    for (const id of ids) {
      keepDraft(id, '');
      tell(id);
    }
    const n = ids.length;
    undo.offer(n === 1 ? say('deleted') : say('deletedMany', { n }), async () => {
      await call('POST', '/api/conversations/restore', { ids });
      await this.#changed(ids);
    });
  }

  /** Put `conversations` into the project `id`; null takes them out of theirs. */
  async move(conversations: Conversation[], id: string | null): Promise<void> {
    const moved = conversations.filter((each) => each.project_id !== id);
    if (!moved.length) return;
    await this.#put(moved, id);
    const n = moved.length;
    undo.offer(n === 1 ? say('moved') : say('movedMany', { n }), async () => {
      for (const before of new Set(moved.map((each) => each.project_id)))
        await this.#put(
          moved.filter((each) => each.project_id === before),
          before,
        );
    });
  }

  async #put(conversations: Conversation[], id: string | null): Promise<void> {
    const ids = conversations.map((each) => each.id);
    await call('POST', '/api/conversations/move', { ids, project_id: id });
    await this.#changed(ids);
  }

  async #changed(ids: string[]): Promise<void> {
    await this.load();
    for (const id of ids) tell(id);
  }

  #show(conversations: Conversation[]): void {
    const seen: Record<string, true> = {};
    const once = conversations.filter((each) => !seen[each.id] && (seen[each.id] = true));
    this.list = once.sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at));
    unread.watch(this.list);
  }
}

export const history = new History();
