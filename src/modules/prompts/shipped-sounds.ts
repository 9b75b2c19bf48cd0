import { readdir } from 'node:fs/promises';
import { relative, sep } from 'node:path';

/** Names of the sounds in a folder, as flows name them: `ja/goodbye` for `ja/goodbye.wav`. */
export async function shippedSounds(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.wav'))
    .map((entry) => relative(folder, `${entry.parentPath}${sep}${entry.name}`).replaceAll(sep, '/').slice(0, -'.wav'.length))
    .toSorted();
}
