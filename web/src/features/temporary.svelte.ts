import { events } from '../api/client';
import type { Effort } from '../api/types';
import { Answer } from '../stream/answer.svelte';
import { told } from './refusal';
import { drafted } from './saved.svelte';
import { session } from './session.svelte';
import { Tree, type Node, type Talk } from './talk.svelte';

/** A temporary conversation: it exists in this object alone, and is sent whole each time. */
export class Temporary implements Talk {
  readonly kept = false;
  readonly draft = null;
  failure = $state<string | null>(null);
  #tree = new Tree();
  #asking: AbortController | null = null;
  readonly #id = crypto.randomUUID();

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
    return this.#question(this.branch.at(-1)?.id ?? null, text, effort);
  }

  edit(question: Node, text: string, effort: Effort | null): Promise<boolean> {
    return this.#question(question.parent, text, effort);
  }

  async again(answer: Node, effort: Effort | null): Promise<void> {
    await this.#answer(answer.parent!, effort);
  }

  async stop(): Promise<void> {
    const answer = this.busy;
    this.#asking?.abort();
    answer?.take({
      number: Infinity,
      name: 'done',
      data: { state: 'stopped', finish_reason: null, error: null },
    });
  }

  async #question(parent: string | null, text: string, effort: Effort | null): Promise<boolean> {
    const id = crypto.randomUUID();
    this.#tree.add({ id, parent, role: 'user', text, answer: null });
    const sent = await this.#answer(id, effort);
    if (!sent) this.#tree.remove([id]);
    return sent;
  }

  /** Stream an answer to question `parent`; returns once it is accepted, or false. */
  #answer(parent: string, effort: Effort | null): Promise<boolean> {
    const turns: Node[] = [];
    for (let at: string | null = parent; at;) {
      const node: Node = this.#tree.nodes.find((each) => each.id === at)!;
      turns.unshift(node);
      at = node.parent;
    }
    const id = crypto.randomUUID();
    const node = { id, parent, role: 'assistant' as const, text: '', answer: new Answer(id) };
    const answer = this.#tree.add(node).answer!;
    return new Promise((accepted) => {
      this.#stream(turns, effort, answer, () => accepted(true)).catch((error) => {
        this.#tree.remove([id]);
        this.failure = told(error);
        accepted(false);
      });
    });
  }

  async #stream(
    turns: Node[],
    effort: Effort | null,
    answer: Answer,
    accepted: () => void,
  ): Promise<void> {
    this.failure = null;
    this.#asking = new AbortController();
    const choice = session.choice(drafted.assistant, drafted.size)!;
    const body = {
      conversation_id: this.#id,
      assistant_id: choice.assistant.id,
      size: choice.size,
      effort,
      messages: turns.map((each) => ({
        role: each.role,
        text: each.answer ? each.answer.text : each.text,
      })),
    };
    const { signal } = this.#asking;
    let begun = false;
    try {
      for await (const event of events('POST', '/api/temporary/answers', body, signal)) {
        begun = true;
        accepted();
        answer.take(event);
      }
    } catch (error) {
      if (!begun && !signal.aborted) throw error;
    }
    accepted();
    // The connection is the answer's life: without its end it is interrupted.
    answer.take({
      number: Infinity,
      name: 'done',
      data: { state: 'interrupted', finish_reason: null, error: null },
    });
  }
}
