/** The shipped alert rules and dashboard ask for figures that the product has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECK_IDS, CHECK_CLASSES } from '../../shared/api/monitoring.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => read(join('src', name)))
  .join('\n');
const known = new Set([...sources.matchAll(/(?:name: |seconds\(|add\()'(scc_[a-z_]+)'/g)].map((match) => match[1] ?? ''));
const asked = (text: string): string[] => [...new Set([...text.matchAll(/\bscc_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, '')))];
const labels = (text: string, name: string): string[] => [...text.matchAll(new RegExp(`${name}=\\\\?"([^"\\\\]+)`, 'g'))].map((match) => match[1] ?? '');

describe.each(['deploy/monitoring/alerts.yml', 'deploy/monitoring/dashboard.json'])('%s', (path) => {
  const text = read(path);

  it('asks for metrics, checks and classes that there are', () => {
    expect(asked(text).length).toBeGreaterThan(5);
    for (const name of asked(text)) expect(known, name).toContain(name);
    for (const check of labels(text, 'check')) expect(CHECK_IDS).toContain(check);
    for (const kind of labels(text, 'class')) expect(CHECK_CLASSES).toContain(kind);
  });
});

it('the dashboard can be read', () => {
  const { panels } = JSON.parse(read('deploy/monitoring/dashboard.json')) as { panels: { id: number; targets: { expr: string }[] }[] };
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { targets } of panels) for (const { expr } of targets) expect(expr).not.toBe('');
});

it('the texts name as many checks and classes as there are', () => {
  const [checks, classes] = [CHECK_IDS.length, CHECK_CLASSES.length];
  expect(read('README.md')).toContain(`${checks} checks in six classes`);
  expect(read('README.ja.md')).toContain(`${classes} 分類 ${checks} 項目`);
  expect(read('docs/operations.md')).toContain(`looks at ${checks} checks in six classes`);
});
