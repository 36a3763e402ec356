import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'build',
    assetsDir: 'assets/immutable',
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    modulePreload: { polyfill: false },
    // Small files stay files: the page's policy allows no script or style inside HTML.
    assetsInlineLimit: 0,
  },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  // A limit against hanging, which a busy machine does not reach.
  test: { environment: 'jsdom', include: ['tests/**/*.test.ts'], testTimeout: 120_000 },
});
