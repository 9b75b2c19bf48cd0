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
/** What failed, by name: told again at the end, where it is found without reading the whole log. */
const failures = [];

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
  count(project, report, crashed);
}

function count(project, report, crashed) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0, success, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    failures.push(...testResults.flatMap(namesOfFailed));
    total.passed += numPassedTests;
    total.failed += numFailedTests;
    total.skipped += numPendingTests + numTodoTests;
    if (numFailedTests === 0 && (crashed || !success)) fail(`${project}: an error outside any test; search the log for "Unhandled Errors"`);
  } catch {
    fail(`${project}: no report, the runner itself died`);
  }
}

function fail(what) {
  total.failed += 1;
  failures.push(what);
}

/** Names the failed tests of one file; the file alone when it could not even be loaded. */
function namesOfFailed({ name, status, message, assertionResults }) {
  const file = name.slice(root.length + 1);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${file}: ${message.slice(0, 300)}`] : [];
  return failed.map((one) => `${file} > ${one.fullName}: ${(one.failureMessages[0] ?? '').split('\n')[0]}`);
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
    if (checks.failed > 0) failures.push(`${checks.failed} of the checks, see above`);
  }
  await suite('unit');
  await suite('e2e');
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
for (const failure of failures) console.log(`FAILED ${failure}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
