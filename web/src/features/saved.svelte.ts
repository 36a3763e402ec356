import { call, Refused, Unreachable } from '../api/client';
import type { Conversation, Effort, Message } from '../api/types';
import { Answer } from '../stream/answer.svelte';
import { follow } from '../stream/follow';
import { say } from '../words/words.svelte';
import { history } from './history.svelte';
import { quota } from './quota.svelte';
import { session } from './session.svelte';
import { nodeOf, Tree, type Node, type Talk } from './talk.svelte';

/** A saved conversation: the server holds it, this page shows it. */
export class Saved implements Talk {
  readonly kept = true;
  conversation = $state<Conversation | null>(null);
  missing = $state(false);
  failure = $state<string | null>(null);
  #tree = new Tree();
  #closing = new AbortController();

  /** Called with the id once the first question has made the conversation. */
  constructor(readonly made: (id: string) => void) {}

  get branch(): Node[] {
    return this.#tree.branch;
  }

  get empty(): boolean {
    return this.#tree.nodes.length === 0;
  }

  get busy(): Answer | null {
    return this.branch.find((each) => each.answer && !each.answer.ended)?.answer ?? null;
  }

  async open(id: string): Promise<void> {
    try {
      const path = `/api/conversations/${id}`;
      const found = await call<{ conversation: Conversation; messages: Message[] }>('GET', path);
      this.conversation = found.conversation;
      this.#tree.nodes = found.messages.map(nodeOf);
      for (const node of this.#tree.nodes) this.#follow(node.answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) session.left();
      this.missing = true;
    }
  }

  close(): void {
    this.#closing.abort();
  }

  siblings(node: Node): Node[] {
    return this.#tree.children(node.parent);
  }

  show(node: Node): void {
    this.#tree.show(node);
  }

  ask(text: string, effort: Effort | null): Promise<boolean> {
    return this.#ask(this.branch.at(-1)?.id ?? null, text, effort);
  }

  edit(question: Node, text: string, effort: Effort | null): Promise<boolean> {
    return this.#ask(question.parent, text, effort);
  }

  async again(answer: Node, effort: Effort | null): Promise<void> {
    const id = crypto.randomUUID();
    const path = `/api/conversations/${this.conversation!.id}/answers`;
    await this.#sent(async () => {
      const made = await call<{ answer: Message }>('POST', path, {
        id,
        parent_id: answer.parent,
        effort,
      });
      this.#follow(this.#tree.add(nodeOf(made.answer)).answer);
    });
  }

  async stop(): Promise<void> {
    const answer = this.busy;
    if (answer) await call('POST', `/api/answers/${answer.id}/stop`);
  }

  /** Ask under `parent`. The ids are made once: however often it is sent, it is asked once. */
  async #ask(parent: string | null, text: string, effort: Effort | null): Promise<boolean> {
    const [id, answerId] = [crypto.randomUUID(), crypto.randomUUID()];
    const waiting = new Answer(answerId);
    this.#tree.add({ id, parent, role: 'user', text, answer: null });
    this.#tree.add({ id: answerId, parent: id, role: 'assistant', text: '', answer: waiting });
    const sent = await this.#sent(async () => {
      await this.#make();
      const path = `/api/conversations/${this.conversation!.id}/questions`;
      const body = { id, answer_id: answerId, parent_id: parent, text, effort };
      await persistently(() => call('POST', path, body));
      history.touch({ ...this.conversation!, title: this.conversation!.title ?? shortened(text) });
      this.#follow(this.#tree.nodes.find((each) => each.id === answerId)!.answer);
    });
    if (!sent) this.#tree.remove([id, answerId]);
    return sent;
  }

  async #make(): Promise<void> {
    if (this.conversation) return;
    const choice = session.choice(drafted.assistant, drafted.size)!;
    const body = {
      id: crypto.randomUUID(),
      assistant_id: choice.assistant.id,
      size: choice.size,
    };
    this.conversation = await persistently(() =>
      call<Conversation>('POST', '/api/conversations', body),
    );
    this.made(this.conversation.id);
  }

  async #sent(send: () => Promise<void>): Promise<boolean> {
    this.failure = null;
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 401) session.left();
      if (error instanceof Refused && error.status === 429) quota.exhausted(error.retryAfter ?? 1);
      this.failure = error instanceof Refused ? error.message : say('offline');
      return false;
    }
  }

  #follow(answer: Answer | null): void {
    if (!answer || answer.ended) return;
    follow(answer, this.#closing.signal)
      .then(() => this.#afterwards())
      .catch(() => this.open(this.conversation!.id));
  }

  async #afterwards(): Promise<void> {
    if (!this.#closing.signal.aborted) await history.load().catch(() => undefined);
  }
}

/** The choice made before a conversation exists. */
export const drafted = $state<{ assistant?: string; size?: string }>({});

const TRIES = 4;

/** Send again when the network drops it: the server knows it by its ids. */
async function persistently<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Unreachable) || tried === TRIES) throw error;
      await new Promise((wake) => setTimeout(wake, 250 * 2 ** tried));
    }
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
