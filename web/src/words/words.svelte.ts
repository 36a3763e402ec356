import { en, type Words } from './en';
import { fr } from './fr';

export type Language = 'fr' | 'en';
export type Word = keyof Words;

const CATALOGUES: Record<Language, Words> = { fr, en };

/** The language of the page: the person's choice, else the browser's. */
class Reader {
  language = $state<Language>(browserLanguage());

  /** Follow `chosen`, or the browser when it is null. */
  follow(chosen: Language | null): void {
    this.language = chosen ?? browserLanguage();
    document.documentElement.lang = this.language;
  }
}

export const reader = new Reader();

/** The text for `word` in the reader's language, its {placeholders} filled. */
export function say(word: Word, facts: Record<string, string | number> = {}): string {
  const text = CATALOGUES[reader.language][word];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ''));
}

/** A date and time as the reader writes it. */
export function moment(iso: string): string {
  const format = new Intl.DateTimeFormat(reader.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return format.format(Date.parse(iso));
}

/** A day as the reader writes it. */
export function day(iso: string): string {
  return new Intl.DateTimeFormat(reader.language, { dateStyle: 'long' }).format(Date.parse(iso));
}

/** A number as the reader writes it. */
export function figure(value: number): string {
  return new Intl.NumberFormat(reader.language).format(value);
}

function browserLanguage(): Language {
  return navigator.languages.find((each) => /^(fr|en)\b/.test(each))?.startsWith('fr')
    ? 'fr'
    : 'en';
}
