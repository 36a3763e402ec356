import type { Effort, Message } from '../api/types';
import { Answer } from '../stream/answer.svelte';

/** One message as the page shows it; an answer is alive while it is written. */
export type Node = {
  id: string;
  parent: string | null;
  role: 'user' | 'assistant';
  text: string;
  answer: Answer | null;
};

/** What kind of conversation it is that a view shows: both kinds can do this. */
export interface Talk {
  readonly kept: boolean;
  /** Under which name an unsent text is kept, null: nowhere. */
  readonly draft: string | null;
  readonly branch: Node[];
  readonly busy: Answer | null;
  readonly empty: boolean;
  failure: string | null;
  siblings(node: Node): Node[];
  show(node: Node): void;
  ask(text: string, effort: Effort | null): Promise<boolean>;
  edit(question: Node, text: string, effort: Effort | null): Promise<boolean>;
  again(answer: Node, effort: Effort | null): Promise<void>;
  stop(): Promise<void>;
}

/** A tree of messages and the branch of it that is shown. */
export class Tree {
  nodes = $state.raw<Node[]>([]);
  /** The nodes by their parent's id, '' for those without. */
  readonly #under = $derived.by(() => {
    const under: Record<string, Node[]> = {};
    for (const each of this.nodes) (under[each.parent ?? ''] ??= []).push(each);
    return under;
  });
  /** For each parent the child that is shown; the newest where nothing was chosen. */
  #shown = $state<Record<string, string>>({});

  /** The messages from the first to the last that is shown. */
  readonly branch = $derived.by(() => this.#walk());

  /** The shown answer that is being written. */
  readonly busy = $derived(
    this.branch.find((each) => each.answer && !each.answer.ended)?.answer ?? null,
  );

  #walk(): Node[] {
    const found: Node[] = [];
    let parent: string | null = null;
    for (;;) {
      const children: Node[] = this.#under[parent ?? ''] ?? [];
      if (!children.length) return found;
      const chosen = this.#shown[parent ?? ''];
      const next: Node = children.find((each) => each.id === chosen) ?? children.at(-1)!;
      found.push(next);
      parent = next.id;
    }
  }

  children(parent: string | null): Node[] {
    return this.#under[parent ?? ''] ?? [];
  }

  add(node: Node): Node {
    this.nodes = [...this.nodes, node];
    this.show(node);
    return node;
  }

  remove(ids: string[]): void {
    this.nodes = this.nodes.filter((each) => !ids.includes(each.id));
  }

  show(node: Node): void {
    this.#shown[node.parent ?? ''] = node.id;
  }
}

export function nodeOf(message: Message): Node {
  return {
    id: message.id,
    parent: message.parent_id,
    role: message.role,
    text: message.text,
    answer: message.role === 'assistant' ? Answer.of(message) : null,
  };
}
