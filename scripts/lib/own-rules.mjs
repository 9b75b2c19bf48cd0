/**
 * Rules of ours that no linter knows: GCM tag length, wall clock for durations, function lengths, texts that name a machine.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseSync } from '@swc/core';

/** Wall clock is read here and nowhere else. */
const CLOCK_DOORS = ['src/lib/clock.ts', 'src/lib/ids.ts'];

const P90_LIMIT = 40;

/** @returns {string[]} tracked files that exist, by prefix and ending */
export function sourceFiles(prefixes, endings) {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...prefixes], {
    encoding: 'utf8',
  });
  return listed.split('\n').filter((name) => endings.some((ending) => name.endsWith(ending)) && existsSync(name));
}

/** @returns {string[]} one line per fault */
export function gcmFaults() {
  const faults = [];
  for (const file of sourceFiles(['src', 'web/src', 'test', 'bench'], ['.ts', '.tsx'])) {
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(/create(?:De|C)ipheriv\(/g)) {
      const call = text.slice(match.index, match.index + 300);
      // A cipher that is named and is not GCM has no tag.
      if (/^\w+\('(?!\w+-\d+-gcm)[\w-]+'/.test(call)) continue;
      if (!/authTagLength: (?:16|TAG_LENGTH|TAG_BYTES|GCM_TAG)\b/.test(call)) faults.push(`${file}: createCipheriv without authTagLength`);
    }
  }
  return faults;
}

/** @returns {string[]} one line per fault */
export function clockFaults() {
  return sourceFiles(['src'], ['.ts'])
    .filter((file) => !CLOCK_DOORS.includes(file) && !file.endsWith('.test.ts'))
    .filter((file) => /\bDate\.now\(\)/.test(readFileSync(file, 'utf8')))
    .map((file) => `${file}: reads Date.now(); use lib/clock (wall for timestamps, monotonic for durations)`);
}

/** @returns {string[]} lines that name this machine, another host of packages, or a private path */
export function textFaults(root) {
  const parent = root.slice(0, root.lastIndexOf('/') + 1);
  const patterns = [/registry\.npmjs\.org\b/, /deb\.debian\.org\b/];
  if (parent.length > 3) patterns.push(new RegExp(parent.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  const faults = [];
  for (const file of sourceFiles(['.'], ['.ts', '.tsx', '.mjs', '.md', '.json', '.sql', '.yml', '.css', '.html'])) {
    if (file === 'scripts/lib/own-rules.mjs') continue;
    const text = readFileSync(file, 'utf8');
    for (const pattern of patterns) if (pattern.test(text)) faults.push(`${file}: contains ${pattern}`);
  }
  return faults;
}

/** Lengths in lines of every function of the product's code, longest first. */
export function functionLengths() {
  const found = [];
  const files = sourceFiles(['src', 'shared', 'web/src'], ['.ts', '.tsx']).filter(
    (file) => !file.endsWith('.d.ts') && !/\.(?:test|generated)\.tsx?$/.test(file),
  );
  for (const file of files) {
    const text = readFileSync(file);
    const tree = parseSync(text.toString('utf8'), { syntax: 'typescript', tsx: file.endsWith('.tsx'), target: 'es2024' });
    const newlines = [];
    for (let index = 0; index < text.length; index++) if (text[index] === 10) newlines.push(index);
    walk(tree, (node) => {
      const from = lineOf(newlines, node.span.start - tree.span.start);
      const to = lineOf(newlines, node.span.end - tree.span.start);
      found.push({ file, line: from + 1, lines: to - from + 1 });
    });
  }
  return found.sort((a, b) => b.lines - a.lines);
}

const FUNCTION_NODES = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassMethod', 'PrivateMethod', 'Constructor', 'MethodProperty']);

function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const body = node.body ?? node.function?.body;
  if (FUNCTION_NODES.has(node.type) && node.span && body) visit(node);
  for (const value of Object.values(node)) if (typeof value === 'object') walk(value, visit);
}

function lineOf(newlines, offset) {
  let low = 0;
  let high = newlines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (newlines[middle] < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns {string[]} a fault when the 90th percentile of function lengths is over the limit */
export function functionLengthFaults() {
  const lengths = functionLengths();
  const p90 = lengths[Math.floor(lengths.length * 0.1)]?.lines ?? 0;
  return p90 <= P90_LIMIT ? [] : [`90 % of functions should have at most ${P90_LIMIT} lines; the 90th percentile is ${p90}`];
}
