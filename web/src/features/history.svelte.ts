import { call } from '../api/client';
import type { Conversation } from '../api/types';

type Page = { conversations: Conversation[]; next: string | null };

/** The saved conversations, last used first. */
class History {
  list = $state<Conversation[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);
  deleted = $state<Conversation | null>(null);

  async load(): Promise<void> {
    const page = await call<Page>('GET', '/api/conversations');
    this.list = page.conversations;
    this.next = page.next;
    this.loaded = true;
  }

  async more(): Promise<void> {
    const before = encodeURIComponent(this.next!);
    const page = await call<Page>('GET', `/api/conversations?before=${before}`);
    this.list.push(...page.conversations);
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
  }

  async delete(conversation: Conversation): Promise<void> {
    await call('DELETE', `/api/conversations/${conversation.id}`);
    this.list = this.list.filter((each) => each.id !== conversation.id);
    this.deleted = conversation;
  }

  async undo(): Promise<void> {
    const id = this.deleted!.id;
    this.deleted = null;
    await call('POST', `/api/conversations/${id}/restore`);
    await this.load();
  }
}

export const history = new History();
