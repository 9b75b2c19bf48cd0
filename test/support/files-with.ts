import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files below these folders that hold one of the byte strings. What goes away while we look, as a database's files do, holds nothing. */
export const filesWith = (folders: readonly string[], forms: readonly Buffer[]): string[] =>
  folders
    .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)))
    .filter((path) => {
      const bytes = contentOf(path);
      return forms.some((form) => bytes.includes(form));
    });

/** Files below a folder in which one of the texts stands in the clear, as UTF-8. */
export const filesWithText = (folder: string, texts: readonly string[]): string[] => filesWith([folder], texts.map((text) => Buffer.from(text)));

/** Empty for what is no file. @throws Error when a file that is there cannot be read */
function contentOf(path: string): Buffer {
  try {
    return statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
