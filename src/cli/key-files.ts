import { readFileSync, writeFileSync } from 'node:fs';
import { bundleInPieces, bundleKind, bundleUnderPassphrase, openBundle, type KeyBundle } from '../vault/key-bundle.ts';
import { askSecret, doneAsking } from './ask.ts';

/** A passphrase guards keys for years on some disk. */
const MIN_PASSPHRASE = 20;

/** How a copy of keys is kept from others. */
export interface Protection {
  passphrase: string | null;
  pieces: number;
  /** For logs. */
  how: string;
}

async function newPassphrase(): Promise<string> {
  const passphrase = await askSecret(`Passphrase (at least ${MIN_PASSPHRASE} characters)`);
  if ([...passphrase].length < MIN_PASSPHRASE) throw new Error(`A passphrase for keys has at least ${MIN_PASSPHRASE} characters.`);
  if ((await askSecret('Again')) !== passphrase) throw new Error('The two are not the same.');
  return passphrase;
}

/** Asks for a passphrase, unless the copy is split. @param pieces undefined = it is not */
export async function askProtection(pieces: number | undefined): Promise<Protection> {
  if (pieces !== undefined) return { passphrase: null, pieces, how: `${pieces} pieces` };
  const passphrase = await newPassphrase();
  doneAsking();
  return { passphrase, pieces: 0, how: 'passphrase' };
}

/** Never over a file that is there: it may be the only copy of older keys. */
const writeNew = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600, flag: 'wx' });

/** Writes a copy of keys into new files. @returns a line about each */
export async function writeBundle(bundle: KeyBundle, out: string, { passphrase, pieces }: Protection): Promise<string[]> {
  if (passphrase !== null) {
    writeNew(out, await bundleUnderPassphrase(bundle, passphrase));
    return [`${out}: opens with the passphrase`];
  }
  return bundleInPieces(bundle, pieces).map((text, index) => {
    writeNew(`${out}.${index + 1}`, text);
    return `${out}.${index + 1}: piece ${index + 1} of ${pieces}; give each to another person`;
  });
}

/** Reads a copy of keys from its files, asking for the passphrase where there is one. @throws AppError `invalid` */
export async function readBundle(files: readonly string[]): Promise<KeyBundle> {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const passphrase = texts.some((text) => bundleKind(text) === 'passphrase') ? await askSecret('Passphrase') : null;
  doneAsking();
  return openBundle(texts, passphrase);
}
