import compat from 'eslint-plugin-compat';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

// Floors of the page: each folder sees only those below it.
const floors = [
  ['routes', []],
  ['features', ['routes']],
  ['stream', ['routes', 'features', 'render']],
  ['render', ['routes', 'features', 'stream']],
  ['api', ['routes', 'features', 'stream', 'render']],
  ['ui', ['routes', 'features', 'stream', 'render', 'api']],
  ['words', ['routes', 'features', 'stream', 'render', 'api', 'ui']],
];

export default ts.config(
  { ignores: ['build', 'node_modules', 'public'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { ...compat.configs['flat/recommended'], files: ['src/**', 'public/**'] },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      'no-restricted-properties': ['error', { property: 'innerHTML' }, { property: 'outerHTML' }],
    },
  },
  ...floors.map(([folder, above]) => ({
    files: [`src/${folder}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: above.map((each) => ({ group: [`**/${each}/**`] })) },
      ],
    },
  })),
);
