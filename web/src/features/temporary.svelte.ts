import { call, events, file } from '../api/client';
import type { AnswerEvent, Effort, MessageFile } from '../api/types';
import { type Attachment, Attachments } from './files.svelte';
import { Answer } from '../stream/answer.svelte';
import type { Format } from './exports';
import { textOf, turns, type Context } from './reach.svelte';
import { outgrown, told } from './refusal';
import { drafted } from './saved.svelte';
import { session } from './session.svelte';
import { Tree, type Node, type Talk } from './talk.svelte';

/** A temporary conversation: it exists in this object alone, and is sent whole each time. */
export class Temporary implements Talk {
  readonly kept = false;
  readonly draft = null;
  readonly files = new Attachments(false);
  failure = $state<string | null>(null);
  tooLong = $state(false);
  #tree = $state.raw(new Tree());
  #asking: AbortController | null = null;
  #id = crypto.randomUUID();

  get home(): string {
    return this.#id;
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

  close(): void {
    this.#asking?.abort();
  }

  siblings(node: Node): Node[] {
    return this.#tree.children(node.parent);
  }

  show(node: Node): void {
    this.#tree.show(node);
  }

  ask(text: string, effort: Effort | null): Promise<boolean> {
    return this.#question(this.branch.at(-1)?.id ?? null, text, effort, this.files.take());
  }

  edit(question: Node, text: string, effort: Effort | null): Promise<boolean> {
    return this.#question(question.parent, text, effort, [], question.files);
  }

  async again(answer: Node, effort: Effort | null): Promise<void> {
    await this.#answer(answer.parent!, effort);
  }

  async stop(): Promise<void> {
    const answer = this.busy;
    this.#asking?.abort();
    answer?.take(ended('stopped'));
  }

  async #question(
    parent: string | null,
    text: string,
    effort: Effort | null,
    taken: Attachment[],
    before: MessageFile[] = [],
  ): Promise<boolean> {
    const files = [...before, ...taken.map((each) => each.mark)];
    const id = crypto.randomUUID();
    this.#tree.add({ id, parent, role: 'user', text, answer: null, files });
    const sent = await this.#answer(id, effort);
    if (!sent) {
      this.#tree.remove([id]);
      this.files.giveBack(taken);
    }
    return sent;
  }

  async continue(answer: Node, effort: Effort | null): Promise<void> {
    const body = { ...this.#transcript(answer), effort, continues: true };
    answer.answer!.resume(0);
    await this.#stream('answers', body, answer.answer!, () => undefined).catch((error) => {
      answer.answer!.take(ended('interrupted'));
      this.#refused(error);
    });
  }

  async context(): Promise<Context | null> {
    const body = this.#transcript(this.branch.at(-1)!);
    return body.messages.length ? call('POST', '/api/temporary/context', body) : null;
  }

  async summarise(parent: string = this.branch.at(-1)!.id): Promise<void> {
    const body = this.#transcript(this.#node(parent));
    for (const each of this.#tree.children(parent))
      if (each.role === 'summary' && !each.answer!.text) this.#tree.remove([each.id]);
    const id = crypto.randomUUID();
    const node = { id, parent, role: 'summary' as const, text: '', answer: new Answer(id) };
    const { answer } = this.#tree.add(node);
    await this.#stream('summaries', body, answer!, () => undefined).catch((error) => {
      this.#tree.remove([id]);
      throw error;
    });
  }

  async correct(summary: Node, text: string): Promise<void> {
    summary.answer!.text = text;
  }

  async use(summary: Node, used: boolean): Promise<void> {
    summary.answer!.state = used ? 'complete' : 'stopped';
  }

  export(
    leaf: Node,
    format: Format,
    alone: boolean,
  ): Promise<{ content: Blob; name: string | null }> {
    const branch = alone ? [leaf] : this.#above(leaf);
    const messages = branch.map((each) => ({
      role: each.role,
      text: textOf(each),
      model: each.answer?.modelId ? session.modelName(each.answer.modelId) : null,
    }));
    return file('POST', '/api/temporary/exports', { format, messages });
  }

  /** Begin anew, with nothing of what was said. */
  restart(): void {
    this.close();
    this.#tree = new Tree();
    this.#id = crypto.randomUUID();
    this.failure = null;
    this.tooLong = false;
  }

  /** Stream an answer to question `parent`; returns once it is accepted, or false. */
  #answer(parent: string, effort: Effort | null): Promise<boolean> {
    const body = { ...this.#transcript(this.#node(parent)), effort };
    const id = crypto.randomUUID();
    const node = { id, parent, role: 'assistant' as const, text: '', answer: new Answer(id) };
    const answer = this.#tree.add(node).answer!;
    return new Promise((accepted) => {
      this.#stream('answers', body, answer, () => accepted(true)).catch((error) => {
        this.#tree.remove([id]);
        this.#refused(error);
        accepted(false);
      });
    });
  }

  #refused(error: unknown): void {
    this.tooLong = outgrown(error);
    this.failure = this.tooLong ? null : told(error);
  }

  #node(id: string): Node {
    return this.#tree.nodes.find((each) => each.id === id)!;
  }

  #above(leaf: Node): Node[] {
    const found = [leaf];
    while (found[0]!.parent) found.unshift(this.#node(found[0]!.parent!));
    return found;
  }

  /** What is sent of the branch that ends with `leaf`: all that the model is to read. */
  #transcript(leaf: Node) {
    const read = turns(this.#above(leaf));
    const choice = session.choice(drafted.assistant, drafted.size)!;
    const summary = read.find((each) => each.role === 'summary');
    return {
      conversation_id: this.#id,
      assistant_id: choice.assistant.id,
      size: choice.size,
      summary: summary ? textOf(summary) : null,
      messages: read
        .filter((each) => each !== summary)
        .map((each) => ({
          role: each.role,
          text: textOf(each),
          files: (each.files ?? []).map(({ id, name, pages, text }) => ({ id, name, pages, text })),
        })),
    };
  }

  async #stream(
    what: 'answers' | 'summaries',
    body: unknown,
    answer: Answer,
    accepted: () => void,
  ): Promise<void> {
    this.failure = null;
    this.tooLong = false;
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    let begun = false;
    try {
      for await (const event of events('POST', `/api/temporary/${what}`, body, signal)) {
        begun = true;
        accepted();
        answer.take(event);
      }
    } catch (error) {
      if (!begun && !signal.aborted) throw error;
    }
    accepted();
    // The connection is the answer's life: without its end it is interrupted.
    answer.take(ended('interrupted'));
  }
}

function ended(state: 'stopped' | 'interrupted'): AnswerEvent {
  return { number: Infinity, name: 'done', data: { state, finish_reason: null, error: null } };
}
