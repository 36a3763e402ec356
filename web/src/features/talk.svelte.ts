import type { Effort, Message, MessageFile } from '../api/types';
import type { Format } from './exports';
import type { Context } from './reach.svelte';
import { Answer } from '../stream/answer.svelte';
import type { Attachments } from './files.svelte';

/** One message as the page shows it; an answer is alive while it is written. */
export type Node = {
  id: string;
  parent: string | null;
  role: 'user' | 'assistant' | 'summary';
  text: string;
  answer: Answer | null;
  files?: MessageFile[];
};

/** What kind of conversation it is that a view shows: both kinds can do this. */
export interface Talk {
  readonly kept: boolean;
  /** Under which name an unsent text is kept, null: nowhere. */
  readonly draft: string | null;
  readonly branch: Node[];
  readonly busy: Answer | null;
  readonly empty: boolean;
  /** The files beside the question that is being written, null: this kind takes none. */
  readonly files: Attachments | null;
  /** What uploads belong to, and are deleted with. */
  readonly home: string;
  failure: string | null;
  /** Whether the last question was refused because it would not fit what the model reads. */
  tooLong: boolean;
  siblings(node: Node): Node[];
  show(node: Node): void;
  ask(text: string, effort: Effort | null): Promise<boolean>;
  edit(question: Node, text: string, effort: Effort | null): Promise<boolean>;
  again(answer: Node, effort: Effort | null): Promise<void>;
  stop(): Promise<void>;
  /** Have an answer that broke off go on. */
  continue(answer: Node, effort: Effort | null): Promise<void>;
  /** How full the model's context is with what is shown, null when nobody can say. */
  context(): Promise<Context | null>;
  /** Have what is shown, or the branch that ends with `parent`, summarised. */
  summarise(parent?: string): Promise<void>;
  correct(summary: Node, text: string): Promise<void>;
  use(summary: Node, used: boolean): Promise<void>;
  /** Copy the branch that ends with `leaf` into a new conversation; returns its id. */
  fork?(leaf: Node): Promise<string>;
  /** The branch that ends with `leaf`, or that answer alone, as a file. */
  export(
    leaf: Node,
    format: Format,
    alone: boolean,
  ): Promise<{ content: Blob; name: string | null }>;
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

  /** Take what the server says of files; nothing else of a message changes. */
  takeFiles(messages: Message[]): void {
    const files = Object.fromEntries(messages.map((each) => [each.id, each.files]));
    this.nodes = this.nodes.map((each) => ({ ...each, files: files[each.id] ?? each.files }));
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

  /** Show the branch that holds message `id`; returns whether there is one. */
  reveal(id: string): boolean {
    const known = Object.fromEntries(this.nodes.map((each) => [each.id, each]));
    let node = known[id];
    if (!node) return false;
    for (; node; node = known[node.parent ?? '']) this.show(node);
    return true;
  }
}

export function nodeOf(message: Message): Node {
  return {
    id: message.id,
    parent: message.parent_id,
    role: message.role,
    text: message.text,
    files: message.files,
    answer: message.role === 'user' ? null : Answer.of(message),
  };
}
