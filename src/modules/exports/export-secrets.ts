/*
 * What an export never holds, by name. A column or field that looks like a secret and is neither here nor among what is known to be none
 * is left out as well, and a test fails until somebody decides.
 */

/** Tables without a file of their own, with the reason that the manifest gives. */
export const TABLES_LEFT_OUT: Readonly<Record<string, string>> = {
  tenant_keys: 'keys',
  search_tokens: 'made from the records, of use with the keys only',
  live_calls: 'state of calls in progress; their records are in calls',
  audit_events: 'in audit/audit.jsonl, signed',
  tenant_export_files: 'the list of the files of exports; this one is in manifest.json',
};

/** Columns with secrets: `table.column`. */
export const SECRET_COLUMNS: ReadonlySet<string> = new Set([
  'users.password_hash',
  'second_factors.sealed',
  'sessions.token_hash',
  'sessions.csrf_hash',
  'api_keys.secret_hash',
  'sip_devices.sealed',
  'trunks.sealed',
  'recordings.wrapped_key',
  'prompts.wrapped_key',
  'tenant_exports.wrapped_key',
  'recording_shares.secret_hash',
  'wall_links.secret_hash',
]);

/** Fields with secrets inside of sealed columns: `table.column.field`. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'alert_rules.sealed.webhookSecret',
  'recording_notices.sealed.webhookSecret',
  'outbox.sealed.secret',
  'voicemail_boxes.sealed.pin',
  'speech_providers.sealed.key',
  'sso_providers.sealed.clientSecret',
]);

/** Look like secrets and are none. */
const NO_SECRETS: ReadonlySet<string> = new Set([
  'audit_heads.hash',
  'key_rotations.after_key',
  'users.password_until',
  // Names and public halves of keys that authenticators hold.
  'passkeys.credential_hash',
  'passkeys.sealed.credentialId',
  'passkeys.sealed.publicKey',
  // Finds a linked account, and opens nothing.
  'sso_identities.subject_token',
  // Tells from where a user has come, to the product alone.
  'login_origins.origin_token',
  // Find calls by a number, and open nothing.
  'calls.number_token',
  'calls.number_end_token',
  'voicemail_boxes.has_pin',
  'speech_providers.sealed.keyHeader',
]);

const SUSPICIOUS = /passw|passphrase|secret|token|hash|salt|ha1|credential|private|(^|_)keys?$|Key$|^key$|(^|_)pin$/i;

/** What becomes of a column: it goes out, or stays here for a reason. */
export type Verdict = 'out' | 'secret' | 'undecided';

/** @param type as the catalog writes it @param isSealed holds a value under the tenant's key, which is opened */
export function verdictOnColumn(table: string, column: string, type: string, isSealed: boolean): Verdict {
  const name = `${table}.${column}`;
  if (SECRET_COLUMNS.has(name)) return 'secret';
  if (isSealed || NO_SECRETS.has(name)) return 'out';
  return type === 'bytea' || SUSPICIOUS.test(column) ? 'undecided' : 'out';
}

/** The same of a field of an opened value, at its first level. What people named themselves is below it, or in columns of `FREE`. */
export function verdictOnField(table: string, column: string, field: string): Verdict {
  const name = `${table}.${column}.${field}`;
  if (SECRET_FIELDS.has(name)) return 'secret';
  if (NO_SECRETS.has(name) || FREE.has(`${table}.${column}`)) return 'out';
  return SUSPICIOUS.test(field) ? 'undecided' : 'out';
}

/** Sealed columns whose fields have names that people, telephones or carriers gave: no names of secrets of ours. */
const FREE: ReadonlySet<string> = new Set(['call_scripts.sealed', 'call_events.sealed', 'sip_device_states.sealed', 'calibration_participants.sealed', 'evaluations.sealed', 'evaluation_revisions.sealed']);
