import { call } from '../api/client';
import type { Conversation, Hit } from '../api/types';
import { history } from './history.svelte';
import { told } from './refusal';

const PAUSE = 180;
const MOST_RECENT = 8;
/** Older texts are added to the index a hundred at a time: so often it is asked on for more. */
const MOST_TURNS = 40;

/** Where to look: everywhere, among the pinned, or in the project of that id. */
export type Where = 'all' | 'pinned' | (string & {});

/** One thing to open: a conversation, and perhaps a message of it. */
export type Option = Hit;

/** What the search dialog asks for, and what was found. */
export class Search {
  text = $state('');
  where = $state<Where>('all');
  hits = $state.raw<Hit[]>([]);
  /** The text that `hits` belong to. */
  asked = $state('');
  busy = $state(false);
  /** Whether older texts are still being made searchable. */
  adding = $state(false);
  failure = $state<string | null>(null);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Recent conversations while nothing is asked; else titles that begin so, and what was found. */
  readonly options = $derived.by<Option[]>(() => {
    const here = history.list.filter((each) => this.#holds(each));
    const text = folded(this.text);
    if (!text) return here.slice(0, MOST_RECENT).map(named);
    const words = text.split(/\s+/);
    const titled = here.filter((each) => begins(folded(each.title ?? ''), words));
    const found = Object.fromEntries(this.hits.map((each) => [each.conversation_id, each]));
    const shown = titled.map((each) => found[each.id] ?? named(each));
    const first = shown.map((each) => each.conversation_id);
    return [...shown, ...this.hits.filter((each) => !first.includes(each.conversation_id))];
  });

  /** Whether what is shown belongs to what is typed. */
  readonly settled = $derived(!this.busy && this.asked === this.text.trim());

  #holds(conversation: Conversation): boolean {
    if (this.where === 'all') return true;
    return this.where === 'pinned' ? conversation.pinned : conversation.project_id === this.where;
  }

  /** Ask for what is typed, once the typing pauses. */
  look(): void {
    clearTimeout(this.#timer);
    const text = this.text.trim();
    this.#turn += 1;
    if (!text) {
      this.hits = [];
      this.asked = '';
      this.busy = this.adding = false;
      return;
    }
    this.busy = true;
    this.#timer = setTimeout(() => void this.#ask(text, this.#turn), PAUSE);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  async #ask(text: string, turn: number): Promise<void> {
    this.failure = null;
    try {
      for (let again = 0; again < MOST_TURNS; again++) {
        const pinned = this.where === 'pinned';
        const project_id = pinned || this.where === 'all' ? null : this.where;
        const body = { text, pinned, project_id };
        const found = await call<{ hits: Hit[]; complete: boolean }>('POST', '/api/search', body);
        if (turn !== this.#turn) return;
        this.hits = found.hits;
        this.asked = text;
        this.busy = false;
        this.adding = !found.complete;
        if (found.complete) return;
      }
    } catch (error) {
      if (turn !== this.#turn) return;
      this.busy = this.adding = false;
      this.failure = told(error);
    }
  }
}

function named(conversation: Conversation): Option {
  const { id, title, pinned, project_id, updated_at } = conversation;
  return {
    conversation_id: id,
    title: title === null ? null : [{ text: title, found: false }],
    pinned,
    project_id,
    at: updated_at,
    messages: 0,
    message_id: null,
    role: null,
    snippet: [],
  };
}

/** Whether each of `words` begins a word of `title`; both are folded. */
function begins(title: string, words: string[]): boolean {
  return words.every((word) => title.startsWith(word) || title.includes(` ${word}`));
}

/** Text without case, accents, elisions and signs. */
function folded(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain
    .replace(/œ/g, 'oe')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
