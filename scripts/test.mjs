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
/** What failed first and passed when its file ran by itself. */
const unstable = [];

/** A machine too busy fails a test or two; more failed files than this are a fault, and are not run again. */
const MOST_FILES_RUN_AGAIN = 3;

/**
 * Runs vitest projects beside each other. The few files that failed run once more by themselves, when nothing else loads the machine: what
 * passes then counts as passed, but is named UNSTABLE at the end, since its test (or the product) depends on time.
 */
async function suite(...projects) {
  const first = await runVitest(projects, projects[0], chosen);
  const files = [...new Set(first.failed.map(({ file }) => file))];
  const again = files.length > 0 && files.length <= MOST_FILES_RUN_AGAIN && first.error === null ? await runVitest(projects, `${projects[0]}-again`, files) : null;
  const isMended = ({ file, name }) => again !== null && again.error === null && (name === file ? !again.failed.some((one) => one.file === file) : again.passedNames.has(name));
  const stillFails = first.failed.filter((one) => !isMended(one));
  unstable.push(...first.failed.filter((one) => !stillFails.includes(one)).map(({ told }) => told));
  failures.push(...stillFails.map(({ told }) => told));
  total.passed += first.passed + first.failed.length - stillFails.length;
  total.failed += stillFails.length;
  total.skipped += first.skipped;
  // A file that could not even begin had all its tests skipped; they ran now.
  for (const { file } of first.failed.filter((one) => one.name === one.file && isMended(one))) {
    const ran = [...again.passedNames].filter((name) => name.startsWith(`${file} > `)).length;
    total.passed += ran - 1;
    total.skipped -= ran;
  }
  if (first.error !== null) fail(`${projects[0]}: ${first.error}`);
}

/** Runs vitest; counts come from its JSON report, so that a crash of the runner is an error too. */
async function runVitest(projects, reportName, filters) {
  const report = join(root, 'test-results', `${reportName}.json`);
  rmSync(report, { force: true });
  let crashed = false;
  try {
    await runOnNode24('node_modules/vitest/vitest.mjs', [
      'run',
      ...projects.flatMap((name) => ['--project', name]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      '--passWithNoTests',
      ...filters,
    ]);
  } catch {
    crashed = true; // Failed tests end vitest with 1 too; the report tells which it was.
  }
  return readReport(report, crashed);
}

function readReport(report, crashed) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0, success, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = testResults.flatMap(failedOf);
    const outside = failed.length === 0 && (crashed || !success || numFailedTests > 0);
    return {
      passed: numPassedTests,
      failed,
      skipped: numPendingTests + numTodoTests,
      passedNames: new Set(testResults.flatMap((file) => file.assertionResults.filter(({ status }) => status === 'passed').map((one) => nameOf(file, one)))),
      error: outside ? 'an error outside any test; search the log for "Unhandled Errors"' : null,
    };
  } catch {
    return { passed: 0, failed: [], skipped: 0, passedNames: new Set(), error: 'no report, the runner itself died' };
  }
}

/** The failed tests of one file; the file itself when it could not even be loaded. */
function failedOf(file) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  const path = pathOf(file);
  if (failed.length === 0) return file.status === 'failed' ? [{ file: path, name: path, told: `${path}: ${file.message.slice(0, 300)}` }] : [];
  return failed.map((one) => ({ file: path, name: nameOf(file, one), told: `${nameOf(file, one)}: ${(one.failureMessages[0] ?? '').split('\n')[0]}` }));
}

const pathOf = ({ name }) => name.slice(root.length + 1);
const nameOf = (file, { fullName }) => `${pathOf(file)} > ${fullName}`;

function fail(what) {
  total.failed += 1;
  failures.push(what);
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
  await suite('unit', 'scenarios');
  await suite('pages');
  await suite('calls');
  await suite('alone');
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
for (const one of unstable) console.log(`UNSTABLE ${one}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
