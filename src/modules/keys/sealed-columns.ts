/** One column that holds bytes under a tenant's key. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The primary key after `tenant_id` (or that alone, where it is all there is), with the types of its columns. */
  key: readonly (readonly [column: string, type: 'uuid' | 'int4' | 'int8'])[];
  /** `value`: a sealed value; `object`: the wrapped key of a stored object, whose id is the column `objectId`. */
  kind: 'value' | 'object';
  /** Id in the associated data, from the key's parts in order. */
  idOf: (parts: readonly string[]) => string;
  objectId?: 'id' | 'object_path';
}

const first = ([id = '']: readonly string[]): string => id;
const joined = (separator: string) => (parts: readonly string[]) => parts.join(separator);

const value = (table: string, column = 'sealed', key = 'id'): SealedColumn => ({ table, column, key: [[key, 'uuid']], kind: 'value', idOf: first });

/** Tables with one sealed column named `sealed`, by row id. */
const PLAIN = [
  'activities', 'alert_rules', 'alerts', 'callbacks', 'calls', 'cases', 'companies', 'customer_cautions', 'customers', 'dial_stops', 'emergency_switches',
  'evaluations', 'help_requests', 'incidents', 'knowledge_articles', 'live_calls', 'outbound_charges', 'outbox', 'passkeys', 'provider_accesses', 'recording_comments', 'recording_notices',
  'recording_shares', 'report_schedules', 'sip_devices', 'tenant_exports', 'trunks', 'user_imports', 'users', 'voicemail_boxes', 'wall_links',
] as const;

/**
 * Everything that a rotation seals anew, in this order; a test holds it against the catalog. Audit details are not here: the
 * chain's hashes cover their sealed bytes, so they stay under the version of their time.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...PLAIN.map((table) => value(table)),
  value('calls', 'sealed_wrap_up_before'),
  value('evaluations', 'sealed_appeal'),
  value('recordings', 'sealed_hold'),
  value('recordings', 'sealed_peaks'),
  value('call_scripts', 'sealed', 'call_id'),
  value('call_sip_traces', 'sealed', 'call_id'),
  value('second_factors', 'sealed', 'user_id'),
  value('sso_identities', 'sealed', 'user_id'),
  value('sip_device_states', 'sealed', 'device_id'),
  // One row a tenant.
  value('speech_providers', 'sealed', 'tenant_id'),
  value('sso_providers', 'sealed', 'tenant_id'),
  { table: 'calibration_participants', column: 'sealed', key: [['calibration_id', 'uuid'], ['user_id', 'uuid']], kind: 'value', idOf: joined('/') },
  { table: 'evaluation_revisions', column: 'sealed', key: [['evaluation_id', 'uuid'], ['revision', 'int4']], kind: 'value', idOf: joined('/') },
  { table: 'knowledge_versions', column: 'sealed', key: [['article_id', 'uuid'], ['version', 'int4']], kind: 'value', idOf: joined(':') },
  { table: 'call_events', column: 'sealed', key: [['call_id', 'uuid'], ['seq', 'int4']], kind: 'value', idOf: joined(':') },
  { table: 'recordings', column: 'wrapped_key', key: [['id', 'uuid']], kind: 'object', idOf: first, objectId: 'id' },
  { table: 'tenant_exports', column: 'wrapped_key', key: [['id', 'uuid']], kind: 'object', idOf: first, objectId: 'id' },
  { table: 'prompts', column: 'wrapped_key', key: [['id', 'uuid']], kind: 'object', idOf: first, objectId: 'object_path' },
];
