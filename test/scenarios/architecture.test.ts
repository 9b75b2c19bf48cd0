/** The page that leads newcomers names what is there, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
const foldersOf = (path: string): string[] =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
const named = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

describe('docs/architecture.md', () => {
  it('names every domain module and none that is gone', () => {
    const list = /The folders of `src\/modules`:([\s\S]*?)\n\n/.exec(page)?.[1] ?? '';
    expect(named(list).toSorted()).toEqual(foldersOf('src/modules'));
  });

  it('names every folder of src and of the web', () => {
    const folders = new Set([...named(page), ...named(page).map((path) => path.replace('src/', ''))]);
    for (const folder of [...foldersOf('src'), ...foldersOf('web/src')].filter((name) => name !== 'locales')) expect(folders, folder).toContain(folder);
  });
});
