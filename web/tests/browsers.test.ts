import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|css)$/.test(name))
  .map((name) => [name, readFileSync(join('src', name), 'utf8')] as const);

test('styles name no left and no right, so that the page turns with its script', () => {
  // What is centred by `left: 50%` and `translate` stays so either way.
  const sided =
    /^\s*(?:margin|padding|border|inset)?-?(?:left|right)(?:-\w+)?: (?!50%)|(?:text-align|float): (?:left|right)/;
  for (const [name, text] of sources)
    for (const line of text.replace(/\.tml-\w+ \{[^}]*\}/g, '').split('\n'))
      if (sided.test(line)) expect.soft(`${name}: ${line}`).toBe('');
});

test('what Firefox or Safari lack has another way beside it', () => {
  const all = sources.map(([, text]) => text).join('\n');
  // Only an improvement: without it the box grows by script (Composer) or stays as it is.
  expect(all).toContain("CSS.supports('field-sizing', 'content')");
  for (const lacking of [
    '@scope',
    'anchor-name',
    'animation-timeline',
    'text-wrap: pretty',
    'details:open',
  ])
    expect(all).not.toContain(lacking);
});
