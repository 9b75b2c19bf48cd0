/** `npm start`: installs and builds what is missing, then becomes the product. Runs on Node 20 or later. */
import { prepare } from './lib/prepare.mjs';
import { become } from './lib/run.mjs';

try {
  await prepare();
  become(['start', ...process.argv.slice(2)]);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
