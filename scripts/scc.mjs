/** `npm run scc -- COMMAND`: the command line of the product. Runs on Node 20 or later. */
import { installPackages } from './lib/prepare.mjs';
import { become } from './lib/run.mjs';

try {
  await installPackages();
  become(process.argv.slice(2));
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
