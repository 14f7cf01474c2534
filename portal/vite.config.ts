import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the household's page into portal/dist: files of one origin, nothing inline, so that a strict content security policy holds. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['es2022', 'safari16', 'firefox115', 'chrome110'],
    // A data: address would need a wider policy than default-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
