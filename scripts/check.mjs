/** `npm run check`: everything that can be said of the code without running the product. `--write` mends generated files. */
import { runOnNode24 } from './lib/run.mjs';
import { installPackages } from './lib/prepare.mjs';
import { deskBudgetFaults } from './lib/desk-budget.mjs';
import { clockFaults, functionLengthFaults, gcmFaults, sourceFiles, textFaults } from './lib/own-rules.mjs';

const root = new URL('..', import.meta.url).pathname.replace(/\/$/, '');
const write = process.argv.includes('--write');
const bin = (name) => `node_modules/.bin/${name}`;

const rule = (faults) => {
  for (const fault of faults) console.error(`  ${fault}`);
  if (faults.length > 0) throw new Error(`${faults.length} fault(s)`);
};

/** Reads the number of modules that dependency-cruiser saw: with a wrong parser it sees none and is content. */
async function importDirections() {
  const out = await runOnNode24(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'shared', 'web/src'], { capture: true });
  console.log(out.trim());
  const seen = Number(/\((\d+) modules/.exec(out)?.[1] ?? 0);
  const expected = sourceFiles(['src', 'shared', 'web/src'], ['.ts', '.tsx']).filter((name) => !name.includes('.test.')).length;
  if (seen < expected * 0.9) throw new Error(`only ${seen} of about ${expected} modules were read`);
}

const steps = [
  ['types (server, tests)', () => runOnNode24(bin('tsc'), ['-p', '.'])],
  ['types (web)', () => runOnNode24(bin('tsc'), ['-p', 'web'])],
  ['lint', () => runOnNode24(bin('oxlint'), ['--type-aware', '--deny-warnings', 'src', 'shared', 'web/src', 'test', 'bench', 'scripts', 'assets/operator'])],
  ['import directions', importDirections],
  ['unused code', () => runOnNode24(bin('knip'), [])],
  ['GCM tags are 16 bytes', () => rule(gcmFaults())],
  ['durations do not come from the wall clock', () => rule(clockFaults())],
  ['function lengths', () => rule(functionLengthFaults())],
  ['no text names a machine', () => rule(textFaults(root))],
  ['table types are up to date', () => runOnNode24('scripts/lib/schema-types.mjs', write ? ['--write'] : [])],
  ['translations are complete', () => runOnNode24('web/scripts/check-catalogs.mjs', write ? ['--write'] : [])],
  ['the desk is light', async () => rule(await deskBudgetFaults())],
];

/** Runs every step; a failed one does not hide the next. @returns {Promise<{passed: number, failed: number}>} */
export async function check() {
  let failed = 0;
  for (const [name, step] of steps) {
    console.log(`check: ${name}`);
    try {
      await step();
    } catch (error) {
      failed += 1;
      console.error(`check FAILED: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { passed: steps.length - failed, failed };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await installPackages();
  const { passed, failed } = await check();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
