// Builds what renders an answer as one script by itself, for the tests of hostile answers:
//   node tools/renderer.js FOLDER
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';

await build({
  configFile: false,
  logLevel: 'error',
  plugins: [svelte()],
  build: {
    outDir: process.argv[2],
    emptyOutDir: true,
    target: 'es2022',
    lib: {
      entry: 'src/render/incremental.ts',
      formats: ['iife'],
      name: 'Renderer',
      fileName: () => 'renderer.js',
    },
  },
});
