/** What the scripts of the desk's first picture weigh, from the list of chunks that the build of the web pages leaves behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWeb } from './prepare.mjs';
import { root } from './run.mjs';

const DIST = join(root, 'web/dist');

/** Fetched for `/desk` by an agent who is logged in: the frame, the page and the larger of the two languages' texts. */
const NEEDED = ['index.html', 'src/features/desk/desk-page.tsx', 'src/locales/ja-start.ts'];

/** KB of 1,024 bytes by gzip. `npm run bench -- web --only desk` measures the same in a browser. */
const BUDGET_KB = 350;

/** Chunks by name with their size by gzip, bytes: those named and all that they import at once. */
function sizesOf(names) {
  const chunks = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
  const sizes = new Map();
  const wanted = [...names];
  for (const name of wanted) {
    if (sizes.has(name)) continue;
    const chunk = chunks[name];
    if (!chunk) throw new Error(`the build has no chunk ${name}`);
    sizes.set(name, gzipSync(readFileSync(join(DIST, chunk.file)), { level: 9 }).length);
    wanted.push(...(chunk.imports ?? []));
  }
  return sizes;
}

/**
 * Builds the web pages when they changed, and adds up what the desk waits for.
 * @returns {Promise<string[]>} one line per fault: the sum is over the budget, with the heaviest chunks
 */
export async function deskBudgetFaults() {
  await buildWeb();
  const sizes = [...sizesOf(NEEDED)].sort(([, one], [, other]) => other - one);
  const kb = sizes.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024;
  console.log(`the desk waits for ${kb.toFixed(1)} KB of scripts in ${sizes.length} chunks, of ${BUDGET_KB} KB`);
  if (kb <= BUDGET_KB) return [];
  const heaviest = sizes.slice(0, 12).map(([name, bytes]) => `${name} ${(bytes / 1024).toFixed(1)}`);
  return [`the desk waits for ${kb.toFixed(1)} KB of scripts, more than ${BUDGET_KB}; heaviest: ${heaviest.join(', ')}`];
}
