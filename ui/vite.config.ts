import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';
import { frozenPrototypes } from './vite.frozen';

/**
 * The desktop build (`vite build`) leaves the fake host out: `__FAKE_HOST__` is false there, and the
 * dynamic import behind it is dropped. `vite` and `vite build --mode fake` keep it, for tests and design.
 */
export default defineConfig(({ command, mode }) => ({
  plugins: [frozenPrototypes(), svelte(), tailwindcss()],
  define: {
    __FAKE_HOST__: JSON.stringify(command === 'serve' || mode === 'fake'),
  },
  resolve: {
    alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
    // Vitest would otherwise take Svelte's server build, whose runes do not react.
    conditions: mode === 'test' ? ['browser'] : undefined,
  },
  clearScreen: false,
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  preview: { host: '127.0.0.1', port: 4173, strictPort: true },
  build: {
    target: 'safari18',
    assetsInlineLimit: 0,
    outDir: mode === 'fake' ? '../.cache/page' : 'dist',
    emptyOutDir: true,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
