import type { Conversation } from '../api/types';
import { history } from './history.svelte';

/** The conversations chosen to do something with all of them, and those being dragged. */
class Selection {
  /** Whether conversations are being chosen. */
  on = $state(false);
  dragged = $state.raw<Conversation[]>([]);
  #chosen = $state<Record<string, true>>({});

  readonly list = $derived(history.list.filter((each) => this.#chosen[each.id]));

  has(id: string): boolean {
    return this.#chosen[id] === true;
  }

  toggle(id: string): void {
    if (this.#chosen[id]) delete this.#chosen[id];
    else this.#chosen[id] = true;
  }

  begin(): void {
    this.on = true;
  }

  end(): void {
    this.on = false;
    this.#chosen = {};
    this.dragged = [];
  }

  /** Drag `conversation`, and the others that are chosen if it is one of them. */
  drag(conversation: Conversation): void {
    this.dragged = this.has(conversation.id) ? this.list : [conversation];
  }
}

export const selection = new Selection();
