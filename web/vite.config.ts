import { fileURLToPath } from 'node:url';
import { getConfig } from '@lingui/conf';
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import babel from '@rolldown/plugin-babel';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const configPath = fileURLToPath(new URL('./lingui.config.ts', import.meta.url));
const linguiConfig = getConfig({ configPath });
const api = process.env['SCC_DEV_API'] ?? 'http://127.0.0.1:3000';

const ZOD_AND_ITS_SETTINGS = /\/node_modules\/zod\/|\/lib\/setup-zod\.ts$/;

// The native transform needs an optional binary that npm on Node 20 leaves out; Babel works everywhere.
process.env['LINGUI_SUPPRESS_BABEL_WARNING'] = '1';

/** `vite` proxies to a running server (SCC_DEV_API), `vite build` writes web/dist with a nonce placeholder in index.html. */
export default defineConfig({
  root,
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [
    babel({ presets: [linguiTransformerBabelPreset({ linguiConfig }, { configPath })] }),
    react(),
    lingui({ configPath, failOnCompileError: true }),
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // One chunk holds zod and its settings, so that no chunk with schemas runs between the two.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'zod', test: ZOD_AND_ITS_SETTINGS }] } } },
  },
  server: {
    proxy: { '/api': { target: api, ws: true }, '/healthz': api, '/readyz': api },
  },
});
