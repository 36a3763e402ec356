import { expect, test } from 'vitest';
import { proscribed } from '../src/features/proscribed';

/**
 * The set is the project's own (docs/developers/proscribed-uses.md): ordinary questions of a
 * research institute, many with a science's own "candidates", "grades" and "students", and
 * questions that ask for what the charter proscribes.
 */
const files = import.meta.glob<string>('./questions/*.txt', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const read = (name: string) => files[`./questions/${name}.txt`]!.split('\n').filter(Boolean);

for (const language of ['fr', 'en']) {
  test(`ordinary questions pass without a word (${language})`, () => {
    const ordinary = read(`ordinary.${language}`);
    const alarms = ordinary.filter((each) => proscribed(each) !== null);
    expect(ordinary.length).toBeGreaterThan(190);
    expect(alarms.length / ordinary.length, alarms.join('\n')).toBeLessThan(0.02);
  });

  test(`what the charter proscribes is noticed (${language})`, () => {
    const asked = read(`proscribed.${language}`).map((each) => each.split('\t'));
    const missed = asked.filter(([kind, text]) => proscribed(text!) !== kind);
    expect(asked.length).toBe(60);
    expect(missed.length / asked.length, missed.join('\n')).toBeLessThanOrEqual(0.1);
  });
}

test('a request is noticed before or after a long text that is pasted with it', () => {
  const pasted = 'Lorem ipsum dolor sit amet. '.repeat(400);
  const request = 'Classe ces cinq candidats pour le poste.';
  expect(proscribed(`${request}\n${pasted}`)).toBe('candidates');
  expect(proscribed(`${pasted}\n${request}`)).toBe('candidates');
  expect(proscribed(pasted + request + pasted)).toBeNull();
});

test('typed without accents or capitals it is the same question', () => {
  expect(proscribed('evalue le travail de mon collegue')).toBe('people');
  expect(proscribed('ÉVALUE LE TRAVAIL DE MON COLLÈGUE')).toBe('people');
});

test('no text makes it slow', () => {
  const began = performance.now();
  for (const text of ['a'.repeat(100_000), 'classe '.repeat(20_000), 'candidats ces '.repeat(9000)])
    proscribed(text);
  expect(performance.now() - began).toBeLessThan(1000);
});
