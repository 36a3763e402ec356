import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../src/words/en';
import { fr } from '../src/words/fr';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !/words[\\/](en|fr)\.ts$/.test(name))
  .map((name) => readFileSync(join('src', name), 'utf8'));
const all = sources.join('\n');
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((each) => each[1]).sort();

test('both languages have the same words', () => {
  expect(Object.keys(fr)).toEqual(Object.keys(en));
});

test.each(Object.keys(en) as (keyof typeof en)[])('%s names the same facts in both', (word) => {
  expect(places(fr[word])).toEqual(places(en[word]));
  expect(fr[word].trim()).not.toBe('');
});

test('French keeps its apostrophes and the spaces before its signs', () => {
  for (const text of Object.values(fr)) {
    expect(text).not.toMatch(/'/);
    expect(text).not.toMatch(/\w[;:?!](\s|$)/);
  }
});

test('each word is used', () => {
  const unused = Object.keys(en).filter(
    (word) => !all.includes(`'${word}'`) && !/^(effort|example|colour)_?/.test(word),
  );
  expect(unused).toEqual([]);
});
