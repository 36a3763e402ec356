// Builds the frame that draws diagrams: one HTML file with its whole program inside, because a
// page without an origin may load nothing. The service allows that one script by its hash.
//   node tools/diagram.js FOLDER
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { build } from 'vite';

const folder = argv[2] ?? 'build';
const made = mkdtempSync(join(tmpdir(), 'argo-diagram-'));
await build({
  configFile: false,
  logLevel: 'error',
  // A second way of placing boxes, and formulas in labels: half of the bytes for what is rare.
  resolve: {
    alias: {
      'elkjs/lib/elk.bundled.js': resolve('src/diagram/absent.ts'),
      katex: resolve('src/diagram/absent.ts'),
    },
  },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: made,
    target: 'es2022',
    lib: {
      entry: 'src/diagram/frame.ts',
      formats: ['iife'],
      name: 'diagram',
      fileName: () => 'frame.js',
    },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
const script = readFileSync(join(made, 'frame.js'), 'utf8')
  // Neither may stand inside a script element.
  .replaceAll('</script', '<\\/script')
  .replaceAll('<!--', '\\x3C!--');
rmSync(made, { recursive: true });
writeFileSync(
  join(folder, 'diagram.html'),
  `<!doctype html>\n<meta charset="utf-8" />\n<title>ARGO</title>\n<body><script>${script}</script></body>\n`,
);
