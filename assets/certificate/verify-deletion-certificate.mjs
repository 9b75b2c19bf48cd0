// Verifies a deletion certificate of the Smart Contact Center. Needs Node.js and nothing else.
//
//   node verify-deletion-certificate.mjs CERTIFICATE.json PUBLIC_KEY
//
// PUBLIC_KEY is the key that the provider signs with (base64), as you know it from before: every export of your audit log carries it.
// Exit code 0 = the certificate is whole and was signed with that key.

import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** JSON with sorted keys and no white space (RFC 8785): equal contents give equal bytes. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

/** A text is UTF-8 bytes; the start of an Ed25519 public key in DER is always the same (RFC 8410). */
function isSigned(publicKey, text, signature) {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64')]);
  return verify(null, Buffer.from(text, 'utf8'), createPublicKey({ key: der, format: 'der', type: 'spki' }), Buffer.from(signature, 'base64'));
}

function faultsOf({ signed, signature }, expectedKey) {
  const faults = [];
  if (signed.format !== 'scc-deletion-certificate/1') faults.push('This is no deletion certificate of a known form.');
  if (signed.publicKey !== expectedKey) faults.push('It was signed with another key than the one you gave.');
  if (!isSigned(signed.publicKey, canonical(signed), signature)) faults.push('The signature does not fit: the text was changed.');
  const { rootHash, ...existed } = signed.existed;
  if (createHash('sha256').update(canonical(existed), 'utf8').digest('hex') !== rootHash) faults.push('The root hash is not that of what existed.');
  if (existed.tables.reduce((sum, { rows }) => sum + rows, 0) !== existed.rows) faults.push('The rows of the tables do not add up.');
  const [first, second] = signed.approvals;
  if (!second || first.by === second.by) faults.push('Two people did not approve it.');
  return faults;
}

const [file, publicKey] = process.argv.slice(2);
if (!file || !publicKey) {
  console.error('Usage: node verify-deletion-certificate.mjs CERTIFICATE.json PUBLIC_KEY');
  process.exit(2);
}
const certificate = JSON.parse(readFileSync(file, 'utf8'));
const faults = faultsOf(certificate, publicKey);
const { tenant, contract, existed, steps } = certificate.signed;
console.log(`tenant      ${tenant.code} (${tenant.id})`);
console.log(`contract    ended ${contract.endOn}, deleted ${contract.deletedOn}, destroyed ${contract.destroyedOn}, no backup after ${contract.backupsGoneOn}`);
console.log(`existed     ${existed.rows} rows in ${existed.tables.length} tables, ${existed.objects.count} objects of ${existed.objects.bytes} bytes`);
console.log(`audit log   ended with entry ${existed.auditHead.seq}, hash ${existed.auditHead.hash}`);
for (const { step, at } of steps) console.log(`            ${at}  ${step}`);
for (const fault of faults) console.log(`FAULT       ${fault}`);
console.log(`whole       ${faults.length === 0 ? 'yes' : 'NO'}`);
process.exit(faults.length === 0 ? 0 : 1);
