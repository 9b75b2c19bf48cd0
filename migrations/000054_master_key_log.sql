-- Each use of the master key itself, which belongs to no tenant: opened by a start or a command, tried by the monitoring, moved, copied.
-- Append only: the application's role can neither change nor delete an entry.
create table master_key_log (
  id uuid primary key,
  at timestamptz not null default now(),
  actor text not null,
  purpose text not null check (purpose in ('open', 'probe', 'wrap', 'rewrap', 'unwrap', 'rotate', 'export', 'import')),
  -- file: it lies there as it is. kms: a key service opened it. parent: the running product gave it to a process of its own.
  way text not null check (way in ('file', 'kms', 'parent')),
  -- The service's key; empty for a file.
  key_id text not null default '',
  -- ok, or what went wrong.
  outcome text not null default 'ok',
  subject text not null
);
create index master_key_log_at on master_key_log (at desc, id desc);
grant select, insert on master_key_log to scc_app;

alter table operator_events drop constraint operator_events_code_check;
alter table operator_events add constraint operator_events_code_check check (code in (
  'login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed',
  'key_created', 'key_rotated', 'key_retired', 'key_exported', 'key_imported', 'key_destroyed', 'master_key_rotated',
  'master_key_moved', 'master_key_exported', 'master_key_imported',
  'backup_made', 'backup_failed', 'backup_verified', 'backup_restored', 'audit_exported',
  'second_factor_enabled', 'second_factor_reset', 'recovery_code_used',
  'operator_created', 'operator_disabled', 'operator_enabled', 'operator_role_changed', 'session_revoked',
  'access_requested', 'access_opened', 'access_ended', 'tenant_exported',
  'contract_end_set', 'contract_ended', 'contract_renewed', 'contract_held', 'contract_released', 'contract_deleted',
  'contract_undeleted', 'contract_approved', 'contract_reminder', 'contract_destroyed'));
