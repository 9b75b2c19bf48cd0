import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What the page of a call says of each. */
const WORDS = join(import.meta.dirname, '../../web/src/features/calls/step-text.ts');

it('every step that a call can write has words', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.includes('test'));
  const source = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  const told = readFileSync(WORDS, 'utf8');
  const steps = [...source.matchAll(/\.step\('([a-z_.]+)'/g)].map(([, type = '']) => type);
  // Where one of several is written it is chosen before.
  const chosen = [...source.matchAll(/const code = [^;]*;/g)].flatMap(([line]) => [...line.matchAll(/'((?:call|recording)\.[a-z_]+)'/g)].map(([, type = '']) => type));
  expect(steps.length).toBeGreaterThan(30);
  expect(chosen).toContain('call.held');
  expect([...new Set([...steps, ...chosen])].filter((type) => !told.includes(`'${type}'`))).toEqual([]);
});
