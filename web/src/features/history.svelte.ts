import { call } from '../api/client';
import type { Conversation } from '../api/types';
import { keepDraft } from './drafts';
import { tell } from './tabs';

const UNDO_MILLISECONDS = 29_000;

type Page = { conversations: Conversation[]; next: string | null };

/** The saved conversations, last used first. */
class History {
  list = $state<Conversation[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);
  deleted = $state<Conversation | null>(null);
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    const page = await call<Page>('GET', '/api/conversations');
    // What was loaded further back stays in the list.
    const fresh = new Set(page.conversations.map((each) => each.id));
    const oldest = page.conversations.at(-1)?.updated_at ?? '';
    const older = this.list.filter((each) => !fresh.has(each.id) && each.updated_at < oldest);
    this.list = page.next ? [...page.conversations, ...older] : page.conversations;
    if (!older.length) this.next = page.next;
    this.loaded = true;
  }

  async more(): Promise<void> {
    const before = encodeURIComponent(this.next!);
    const page = await call<Page>('GET', `/api/conversations?before=${before}`);
    const known = new Set(this.list.map((each) => each.id));
    this.list.push(...page.conversations.filter((each) => !known.has(each.id)));
    this.next = page.next;
  }

  /** Show `conversation` as it is now, first. */
  touch(conversation: Conversation): void {
    this.list = [conversation, ...this.list.filter((each) => each.id !== conversation.id)];
  }

  async change(
    id: string,
    change: Partial<Pick<Conversation, 'title' | 'pinned' | 'assistant_id' | 'size'>>,
  ): Promise<void> {
    const changed = await call<Conversation>('PATCH', `/api/conversations/${id}`, change);
    this.list = this.list.map((each) => (each.id === id ? changed : each));
    tell(id);
  }

  async delete(conversation: Conversation): Promise<void> {
    await call('DELETE', `/api/conversations/${conversation.id}`);
    this.list = this.list.filter((each) => each.id !== conversation.id);
    keepDraft(conversation.id, '');
    this.deleted = conversation;
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => (this.deleted = null), UNDO_MILLISECONDS);
    tell(conversation.id);
  }

  async undo(): Promise<void> {
    const id = this.deleted!.id;
    this.deleted = null;
    await call('POST', `/api/conversations/${id}/restore`);
    await this.load();
    tell(id);
  }
}

export const history = new History();
