import { call, file, Refused, Unreachable } from '../api/client';
import type { Conversation, Effort, Message, MessageFile } from '../api/types';
import { type Attachment, Attachments } from './files.svelte';
import { Answer } from '../stream/answer.svelte';
import { follow } from '../stream/follow';
import { now } from './days';
import { history } from './history.svelte';
import { outgrown, told } from './refusal';
import { session } from './session.svelte';
import type { Format } from './exports';
import type { Context } from './reach.svelte';
import { listen, tell } from './tabs';
import { nodeOf, Tree, type Node, type Talk } from './talk.svelte';

/** A saved conversation: the server holds it, this page shows it. */
export class Saved implements Talk {
  readonly kept = true;
  readonly files = new Attachments(true);
  conversation = $state<Conversation | null>(null);
  missing = $state(false);
  failure = $state<string | null>(null);
  tooLong = $state(false);
  #id = $state<string | null>(null);
  #tree = new Tree();
  #closing = new AbortController();
  #newId = crypto.randomUUID();
  #following: Record<string, true> = {};
  /** The question whose fate is unknown: sent again as it was, it is asked once. */
  #unsent: {
    id: string;
    answerId: string;
    parent: string | null;
    text: string;
    with: string;
  } | null = null;
  /** The same for an answer asked once more: its question and its id. */
  #unanswered: { parent: string; id: string } | null = null;
  #deaf: () => void;

  /**
   * `made` is called with the id once the first question has made the conversation, which then
   * belongs to `project`.
   */
  constructor(
    readonly made: (id: string) => void,
    readonly project: string | null = null,
  ) {
    this.#deaf = listen((changed) => {
      const { id } = this.conversation ?? {};
      if (id && (changed === id || changed === null) && !this.busy)
        this.open(id).catch(() => undefined);
    });
  }

  get draft(): string {
    return this.#id ?? 'new';
  }

  get home(): string {
    return this.#id ?? this.#newId;
  }

  get branch(): Node[] {
    return this.#tree.branch;
  }

  get empty(): boolean {
    return this.#tree.nodes.length === 0;
  }

  get busy(): Answer | null {
    return this.#tree.busy;
  }

  async open(id: string): Promise<void> {
    this.#id = id;
    try {
      const path = `/api/conversations/${id}`;
      const found = await call<{ conversation: Conversation; messages: Message[] }>('GET', path);
      this.conversation = found.conversation;
      this.#adopt(found.messages);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 404) this.missing = true;
      else this.failure = told(error);
    }
  }

  close(): void {
    this.#deaf();
    this.#closing.abort();
  }

  siblings(node: Node): Node[] {
    return this.#tree.children(node.parent);
  }

  show(node: Node): void {
    this.#tree.show(node);
  }

  /** Show the branch that holds message `id`; returns whether this conversation has it. */
  reveal(id: string): boolean {
    return this.#tree.reveal(id);
  }

  ask(text: string, effort: Effort | null): Promise<boolean> {
    return this.#ask(this.branch.at(-1)?.id ?? null, text, effort, this.files.take());
  }

  edit(question: Node, text: string, effort: Effort | null): Promise<boolean> {
    return this.#ask(question.parent, text, effort, [], question.files);
  }

  async again(answer: Node, effort: Effort | null): Promise<void> {
    const parent = answer.parent!;
    if (this.#unanswered?.parent !== parent) this.#unanswered = { parent, id: crypto.randomUUID() };
    const body = { id: this.#unanswered.id, parent_id: parent, effort };
    const path = `/api/conversations/${this.conversation!.id}/answers`;
    await this.#sent(async () => {
      const made = await persistently(() => call<{ answer: Message }>('POST', path, body));
      this.#unanswered = null;
      tell(this.conversation!.id);
      this.#follow(this.#tree.add(nodeOf(made.answer)).answer);
    });
  }

  async stop(): Promise<void> {
    const answer = this.busy;
    if (answer) await call('POST', `/api/answers/${answer.id}/stop`);
  }

  async continue(answer: Node, effort: Effort | null): Promise<void> {
    const path = `/api/answers/${answer.id}/continue`;
    await this.#sent(async () => {
      try {
        await persistently(() => call('POST', path, { effort }));
      } catch (error) {
        // Sent twice: the first was heard.
        if (!(error instanceof Refused) || error.code !== 'still_writing') throw error;
      }
      answer.answer!.resume(answer.answer!.lastEvent);
      tell(this.conversation!.id);
      this.#follow(answer.answer);
    });
  }

  async context(): Promise<Context | null> {
    const leaf = this.branch.at(-1);
    if (!this.conversation || !leaf) return null;
    return call('GET', `${this.#path}/context?leaf_id=${leaf.id}`);
  }

  async summarise(parent: string = this.branch.at(-1)!.id): Promise<void> {
    const body = { id: crypto.randomUUID(), parent_id: parent };
    const { answer } = await persistently(() =>
      call<{ answer: Message }>('POST', `${this.#path}/summaries`, body),
    );
    this.tooLong = false;
    const node = this.#tree.nodes.find((each) => each.id === answer.id);
    const added = node ?? this.#tree.add(nodeOf(answer));
    this.#tree.show(added);
    tell(this.conversation!.id);
    this.#follow(added.answer);
  }

  async correct(summary: Node, text: string): Promise<void> {
    await this.#changed(summary, { text });
  }

  async use(summary: Node, used: boolean): Promise<void> {
    await this.#changed(summary, { used });
  }

  async fork(leaf: Node): Promise<string> {
    const body = { id: crypto.randomUUID(), leaf_id: leaf.id };
    const made = await persistently(() => call<Conversation>('POST', `${this.#path}/fork`, body));
    history.touch(made);
    return made.id;
  }

  export(
    leaf: Node,
    format: Format,
    alone: boolean,
  ): Promise<{ content: Blob; name: string | null }> {
    return file('GET', `${this.#path}/export?format=${format}&leaf_id=${leaf.id}&alone=${alone}`);
  }

  get #path(): string {
    return `/api/conversations/${this.conversation!.id}`;
  }

  async #changed(summary: Node, change: { text?: string; used?: boolean }): Promise<void> {
    const path = `/api/summaries/${summary.id}`;
    const { answer } = await call<{ answer: Message }>('PATCH', path, change);
    summary.answer!.adopt(answer);
    tell(this.conversation!.id);
  }

  /** Ask under `parent`. The ids are made once: however often it is sent, it is asked once. */
  async #ask(
    parent: string | null,
    text: string,
    effort: Effort | null,
    taken: Attachment[],
    before: MessageFile[] = [],
  ): Promise<boolean> {
    const files = [...before.filter((each) => each.name), ...taken.map((each) => each.mark)];
    const documents = files.map((each) => each.id);
    const sentWith = documents.join();
    const { parent: under, text: words, with: had } = this.#unsent ?? {};
    const again = under === parent && words === text && had === sentWith;
    if (!again)
      this.#unsent = {
        id: crypto.randomUUID(),
        answerId: crypto.randomUUID(),
        parent,
        text,
        with: sentWith,
      };
    const { id, answerId } = this.#unsent!;
    this.#tree.add({ id, parent, role: 'user', text, answer: null, files });
    const waiting = new Answer(answerId);
    this.#tree.add({ id: answerId, parent: id, role: 'assistant', text: '', answer: waiting });
    const sent = await this.#sent(async () => {
      await this.#make();
      const path = `/api/conversations/${this.conversation!.id}/questions`;
      const body = { id, answer_id: answerId, parent_id: parent, text, effort, documents };
      await persistently(() => call('POST', path, body));
      this.#unsent = null;
      const title = this.conversation!.title ?? shortened(text);
      const updated_at = now();
      history.touch({ ...this.conversation!, title, updated_at, running: true });
      tell(this.conversation!.id);
      this.#follow(waiting);
    });
    if (!sent) {
      this.#tree.remove([id, answerId]);
      this.files.giveBack(taken);
    }
    return sent;
  }

  async #make(): Promise<void> {
    if (this.conversation) return;
    const choice = session.choice(drafted.assistant, drafted.size)!;
    const body = {
      id: this.#newId,
      assistant_id: choice.assistant.id,
      size: choice.size,
      project_id: this.project,
    };
    this.conversation = await persistently(() =>
      call<Conversation>('POST', '/api/conversations', body),
    );
    this.#id = this.conversation.id;
    this.made(this.#id);
  }

  async #sent(send: () => Promise<void>): Promise<boolean> {
    this.failure = null;
    this.tooLong = false;
    try {
      await send();
      return true;
    } catch (error) {
      this.tooLong = outgrown(error);
      this.failure = this.tooLong ? null : told(error);
      return false;
    }
  }

  /** Show the server's messages; what is shown already and followed stays as it is. */
  #adopt(messages: Message[]): void {
    const shown = this.#tree.nodes;
    const known = Object.fromEntries(shown.map((each) => [each.id, each]));
    const nodes = messages.map((message) => {
      const node = known[message.id];
      const current =
        !node?.answer ||
        !node.answer.ended ||
        (node.answer.text === message.text && node.answer.state === message.state);
      return node && current ? node : nodeOf(message);
    });
    this.#tree.nodes = nodes;
    for (const node of nodes) {
      if (shown.length && !known[node.id]) this.#tree.show(node);
      this.#follow(node.answer);
    }
  }

  #follow(answer: Answer | null): void {
    if (!answer || answer.ended || this.#following[answer.id]) return;
    this.#following[answer.id] = true;
    const { signal } = this.#closing;
    follow(answer, signal)
      .catch(() => new Promise((wake) => setTimeout(wake, GONE_PAUSE)))
      .then(async () => {
        delete this.#following[answer.id];
        if (signal.aborted) return;
        // An answer that cannot be followed: the rows know what became of it.
        if (!answer.ended) await this.#reread(answer);
        if (this.branch.some((each) => each.files?.length)) await this.#readFiles();
        await history.load();
        this.#named();
      })
      .catch(() => undefined);
  }

  async #reread(answer: Answer): Promise<void> {
    const path = `/api/conversations/${this.conversation!.id}`;
    const { messages } = await call<{ messages: Message[] }>('GET', path);
    const message = messages.find((each) => each.id === answer.id);
    if (message) answer.adopt(message);
    this.#follow(answer);
  }

  /** Learn how much of its files each answer has read. */
  async #readFiles(): Promise<void> {
    const path = `/api/conversations/${this.conversation!.id}`;
    this.#tree.takeFiles((await call<{ messages: Message[] }>('GET', path)).messages);
  }

  /** Take the title that the server found meanwhile. */
  #named(): void {
    const found = history.list.find((each) => each.id === this.conversation?.id);
    if (found && this.conversation) this.conversation.title = found.title;
  }
}

const GONE_PAUSE = 5000;

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
