// Verifies the export in the folder of this script: sizes, SHA-256 and numbers of rows of every file, and the signature of the list.
// Usage: node verify-export.mjs [PUBLIC_KEY]        needs Node.js 20 or later and nothing else; exit code 0 = whole
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const expectedKey = process.argv[2];
/** Not in the list of files: they come after it. */
const AFTER = ['manifest.json', 'manifest.sig.json', 'SHA256SUMS'];
const faults = [];

const read = (name) => readFileSync(join(folder, name));
const manifestBytes = read('manifest.json');
const manifest = JSON.parse(manifestBytes.toString('utf8'));
const { signed, signature } = JSON.parse(read('manifest.sig.json').toString('utf8'));

/** @returns size, SHA-256 and line feeds of a file; null when it cannot be read */
async function look(path) {
  const digest = createHash('sha256');
  const found = { bytes: 0, lines: 0 };
  try {
    for await (const chunk of createReadStream(join(folder, path))) {
      digest.update(chunk);
      found.bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) found.lines += 1;
    }
  } catch {
    return null;
  }
  return { ...found, sha256: digest.digest('hex') };
}

// The signature is over the JSON of `signed` with its keys in order.
const text = JSON.stringify(Object.fromEntries(Object.entries(signed).sort(([a], [b]) => (a < b ? -1 : 1))));
const raw = Buffer.from(signed.publicKey, 'base64');
const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki' });
if (!verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))) faults.push('manifest.sig.json: the signature does not fit');
if (signed.manifestSha256 !== createHash('sha256').update(manifestBytes).digest('hex')) faults.push('manifest.json: changed');
if (expectedKey !== undefined && signed.publicKey !== expectedKey) faults.push('manifest.sig.json: signed by another key than the given one');

const listed = new Set(AFTER);
for (const { path, bytes, sha256, rows } of manifest.files) {
  listed.add(path);
  const found = await look(path);
  if (!found) faults.push(`${path}: missing`);
  else if (found.bytes !== bytes || found.sha256 !== sha256) faults.push(`${path}: changed`);
  else if (rows !== undefined && found.lines !== rows) faults.push(`${path}: ${found.lines} rows instead of ${rows}`);
}
const sums = [...manifest.files, ...AFTER.slice(0, 2).map((path) => ({ path, sha256: createHash('sha256').update(read(path)).digest('hex') }))];
if (read('SHA256SUMS').toString('utf8') !== sums.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')) faults.push('SHA256SUMS: not the list of the manifest');
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name).slice(join(folder, '.').length).replaceAll('\\', '/').replace(/^\//, '');
  if (!entry.isDirectory() && !listed.has(path)) faults.push(`${path}: not part of the export`);
}

console.log(`files    ${manifest.files.length}`);
console.log(`made     ${manifest.export.finishedAt}`);
console.log(`key      ${signed.publicKey}${expectedKey === undefined ? ' (NOT COMPARED: give the one that the provider told you)' : ''}`);
for (const fault of faults) console.log(`FAULT    ${fault}`);
console.log(`whole    ${faults.length === 0 ? 'yes' : 'NO'}`);
process.exitCode = faults.length === 0 ? 0 : 1;
