import type { Choice } from '../api/types';
import type { Node, Talk } from './talk.svelte';

/** How full a model's context is with a branch, as the server counts it. */
export type Context = { used_tokens: number; room_tokens: number; exact: boolean };

const CHARACTERS_A_TOKEN = 3;
const MOST_CHARACTERS_A_TOKEN = 6;
const TOKENS_A_TURN = 8;
const INSTRUCTIONS_TOKENS = 200;
/** From here on the engine is asked to count, once for each answer. */
const WORTH_COUNTING = 0.5;
/** From here on people are told. */
const WORTH_TELLING = 0.75;

/** How far a conversation and the question in the box reach into what the model reads at once. */
export class Reach {
  /** What stands in the box. */
  draft = $state('');
  #counted = $state<{ at: string; context: Context } | null>(null);

  constructor(
    readonly talk: Talk,
    readonly choice: () => Choice | undefined,
  ) {}

  readonly #room = $derived.by(() => {
    const tokens = this.choice()?.model.context_tokens ?? 0;
    return tokens - Math.min(1024, Math.floor(tokens / 4));
  });
  /** The branch as the model would read it, in tokens, rather too many than too few. */
  readonly #estimate = $derived.by(() => {
    const read = turns(this.talk.branch);
    const characters = read.reduce((sum, each) => sum + textOf(each).length, 0);
    return (
      INSTRUCTIONS_TOKENS + Math.ceil(characters / CHARACTERS_A_TOKEN) + TOKENS_A_TURN * read.length
    );
  });
  /** What a count is of: a branch's end in one state, and a model. */
  readonly #at = $derived.by(() => {
    const leaf = this.talk.branch.at(-1);
    return `${leaf?.id} ${leaf?.answer?.state} ${this.choice()?.model.id}`;
  });
  readonly #used = $derived(
    this.#counted?.at === this.#at ? this.#counted.context.used_tokens : this.#estimate,
  );
  readonly #asked = $derived(
    this.draft ? Math.ceil(this.draft.length / CHARACTERS_A_TOKEN) + TOKENS_A_TURN : 0,
  );
  /** The part of what the model can read that is taken, 1 being all of it. */
  readonly part = $derived(this.#room > 0 ? (this.#used + this.#asked) / this.#room : 0);
  readonly near = $derived(this.part >= WORTH_TELLING);
  /** The least that the question can cost. */
  readonly #least = $derived(Math.floor(this.draft.length / MOST_CHARACTERS_A_TOKEN));
  /** Whether the question surely does not fit even into an empty conversation. */
  readonly alone = $derived(this.#room > 0 && this.#least > this.#room);
  /** Whether the question surely does not fit; where it may, the server counts and decides. */
  readonly over = $derived(
    this.alone || (this.#counted?.at === this.#at && this.#used + this.#least > this.#room),
  );

  /** Have the engine count, where the estimate comes near and the count is not known yet. */
  async count(): Promise<void> {
    const at = this.#at;
    if (this.talk.busy || this.talk.empty || this.#counted?.at === at) return;
    if (this.#estimate < WORTH_COUNTING * this.#room) return;
    const context = await this.talk.context();
    // Without a count the estimate stands; it is not asked for again.
    if (at === this.#at && context?.exact) this.#counted = { at, context };
  }
}

/** The messages that a model reads: those below the last summary in use, and that summary. */
export function turns(branch: Node[]): Node[] {
  const from = branch.findLastIndex(
    (each) => each.role === 'summary' && each.answer?.state === 'complete',
  );
  return branch.filter((each, at) => at === from || (at > from && each.role !== 'summary'));
}

export function textOf(node: Node): string {
  return node.answer ? node.answer.text : node.text;
}
