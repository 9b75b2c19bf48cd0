import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { getConfig } from '@lingui/conf';
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import babel from '@rolldown/plugin-babel';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const configPath = fileURLToPath(new URL('./lingui.config.ts', import.meta.url));
const linguiConfig = getConfig({ configPath });
const api = process.env['SCC_DEV_API'] ?? 'http://127.0.0.1:3000';

const ZOD_AND_ITS_SETTINGS = /\/node_modules\/zod\/|\/lib\/setup-zod\.ts$/;

// The native transform needs an optional binary that npm on Node 20 leaves out; Babel works everywhere.
process.env['LINGUI_SUPPRESS_BABEL_WARNING'] = '1';

/** Smaller ones gain nothing that a packet would notice, bytes. */
const WORTH_COMPRESSING = 1024;

/** Writes each script and style once more as `.br` and `.gz`: the server sends what the browser takes, without compressing anything itself. */
const compressed = (): Plugin => ({
  name: 'compressed-assets',
  apply: 'build',
  closeBundle() {
    const folder = join(root, 'dist', 'assets');
    for (const name of readdirSync(folder).filter((file) => /\.(js|css|svg)$/.test(file))) {
      const content = readFileSync(join(folder, name));
      if (content.length < WORTH_COMPRESSING) continue;
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
      writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
});

/** `vite` proxies to a running server (SCC_DEV_API), `vite build` writes web/dist with a nonce placeholder in index.html. */
export default defineConfig({
  root,
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [
    babel({ presets: [linguiTransformerBabelPreset({ linguiConfig }, { configPath })] }),
    react(),
    lingui({ configPath, failOnCompileError: true }),
    compressed(),
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Which chunk needs which: `npm run check` adds up what the desk waits for.
    manifest: true,
    chunkSizeWarningLimit: 700,
    // One chunk holds zod and its settings, so that no chunk with schemas runs between the two.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'zod', test: ZOD_AND_ITS_SETTINGS }] } } },
  },
  server: {
    proxy: { '/api': { target: api, ws: true }, '/healthz': api, '/readyz': api },
  },
});
