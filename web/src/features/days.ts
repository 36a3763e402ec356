import type { Conversation } from '../api/types';
import type { Word } from '../words/words.svelte';

export type Group = { word: Word; list: Conversation[] };

const DAY = 86_400_000;

/** Conversations under the days people remember them by, the pinned ones first. */
export function byDay(conversations: Conversation[], now: Date): Group[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const groups = new Map<Word, Conversation[]>();
  for (const word of ['pinned', 'today', 'yesterday', 'week', 'month', 'older'] as const)
    groups.set(word, []);
  for (const each of conversations) {
    const at = Date.parse(each.updated_at);
    const word: Word = each.pinned
      ? 'pinned'
      : at >= midnight
        ? 'today'
        : at >= midnight - DAY
          ? 'yesterday'
          : at >= midnight - 6 * DAY
            ? 'week'
            : at >= midnight - 29 * DAY
              ? 'month'
              : 'older';
    groups.get(word)!.push(each);
  }
  return [...groups].filter(([, list]) => list.length).map(([word, list]) => ({ word, list }));
}

/** The present instant, as the server writes one. */
export function now(): string {
  return new Date().toISOString();
}
