/**
 * `npm test`: sets up what tests need, checks the code, runs every suite and ends with the line `N passed, N failed`.
 * Arguments after `--` go to vitest (a file name, -t NAME); the checks are left out then.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, prepare } from './lib/prepare.mjs';
import { ensureTestTools } from './lib/debian.mjs';
import { root, runOnNode24 } from './lib/run.mjs';

const chosen = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs one vitest project; its counts come from the JSON report, so that a crash of the runner counts as a failure. */
async function suite(project) {
  const report = join(root, 'test-results', `${project}.json`);
  rmSync(report, { force: true });
  let crashed = false;
  try {
    await runOnNode24('node_modules/vitest/vitest.mjs', [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      '--passWithNoTests',
      ...chosen,
    ]);
  } catch {
    crashed = true; // Failed tests end vitest with 1 too; the report tells which it was.
  }
  count(report, crashed);
}

function count(report, crashed) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0, success } = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += numPassedTests;
    total.failed += numFailedTests;
    total.skipped += numPendingTests + numTodoTests;
    if (crashed && numFailedTests === 0) total.failed += 1; // An error outside any test.
    if (!success && !crashed) total.failed += 1;
  } catch {
    total.failed += 1; // No report: the runner itself died.
  }
}

async function main() {
  mkdirSync(join(root, 'test-results'), { recursive: true });
  await installPackages();
  await ensureTestTools();
  await prepare();
  if (chosen.length === 0) {
    const { check } = await import('./check.mjs');
    const checks = await check();
    total.passed += checks.passed;
    total.failed += checks.failed;
  }
  await suite('unit');
  await suite('e2e');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
