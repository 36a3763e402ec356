import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'argo-page-'));
let html = '';

beforeAll(() => {
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  const environment = { ...process.env, VITEST: '', NODE_ENV: 'production' };
  execFileSync(process.execPath, [vite, 'build', '--outDir', folder, '--logLevel', 'error'], {
    env: environment,
  });
  execFileSync(process.execPath, [join('tools', 'compress.js'), folder]);
  html = readFileSync(join(folder, 'index.html'), 'utf8');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What is sent of a file: compressed where it can be. */
const size = (path: string) => statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;

/** The files that the first load asks for, beside the page itself. */
const first = () =>
  [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((each) => join(folder, each[1]!));

test('the first load is at most 160 kB of compressed script and style', () => {
  const bytes = first().map((path) => size(path));
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(160_000);
});

test('the first load takes at most 15 requests, those of the service among them', () => {
  // The page, its files, and /api/me and /api/conversations.
  expect(1 + first().length + 2).toBeLessThanOrEqual(15);
});

test('no script or style stands in the HTML, for the policy allows none', () => {
  expect(html).not.toMatch(/<style|style=|\son\w+=|javascript:/i);
  for (const [, attributes, inside] of html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
    expect(attributes).toContain('src=');
    expect(inside!.trim()).toBe('');
  }
});

test('each file is there compressed in both ways', () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const plain = names.filter((name) => /\.(html|js|css|svg|json)$/.test(name));
  expect(plain.length).toBeGreaterThan(4);
  for (const name of plain)
    expect(names).toEqual(expect.arrayContaining([`${name}.br`, `${name}.gz`]));
});

test('nothing built speaks of another host', () => {
  for (const path of first().filter((each) => /\.(js|css)$/.test(each)))
    expect(readFileSync(path, 'utf8')).not.toMatch(/(fetch|import|url)\(\s*["'`]?https?:/);
});
