/**
 * `npm run bench -- NAME [--json] [--key value ...]`: one figure family. With --json the last line is one JSON object, else it
 * is printed for people. Each is a module in bench/ that exports `run(args)`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './lib/prepare.mjs';
import { root, runOnNode24 } from './lib/run.mjs';

const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts') && !file.startsWith('_'))
  .map((file) => file.slice(0, -3));
const [name, ...rest] = process.argv.slice(2);

if (!name || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME [--json] [--key value ...]\nNAME: ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  try {
    await prepare();
    await runOnNode24('scripts/lib/bench-runner.mjs', [name, ...rest]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
