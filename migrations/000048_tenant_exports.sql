-- Full exports of a tenant: every record, setting, log and sound in open formats, returned to whom the data belongs to.
create table tenant_exports (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- waiting: in line behind others. finished: its files are there until expires_at.
  state text not null default 'waiting' check (state in ('waiting', 'running', 'finished', 'failed', 'cancelled', 'expired')),
  -- Why it was asked for, as typed.
  sealed bytea not null,
  -- Key of its files.
  key_version int not null,
  wrapped_key bytea not null,
  -- How often a process has begun it or gone on with it.
  attempts int not null default 0,
  failure text not null default '' check (failure in ('', 'storage_full', 'interrupted', 'error')),
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz,
  -- A row counts one, so do 4 KiB of sound.
  work_total bigint not null default 0,
  work_done bigint not null default 0,
  files_total int not null default 0,
  files_done int not null default 0,
  rows_done bigint not null default 0,
  bytes_done bigint not null default 0,
  -- Sounds and sealed values that could not be read.
  unreadable int not null default 0,
  -- Of all files as one tar archive; null until it is finished.
  archive_bytes bigint,
  -- Written by the provider into a folder and handed over: nothing of it is kept here.
  by_operator boolean not null default false,
  -- Its files are deleted: it failed, was cancelled or has expired.
  cleared boolean not null default false,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
call protect_tenant_table('tenant_exports', 'select, insert, update');
create unique index tenant_exports_going on tenant_exports (tenant_id) where state in ('waiting', 'running');

create table tenant_export_files (
  tenant_id uuid not null references tenants (id),
  export_id uuid not null,
  -- From 1, in the order of the archive.
  position int not null,
  path text not null,
  bytes bigint not null,
  sha256 text not null,
  -- file: sealed by itself. recording, prompt: the sound as it is in the store, which is read as WAV.
  source text not null check (source in ('file', 'recording', 'prompt')),
  -- Of a sound: what its bytes are bound to, and its key under the export's key.
  bound_to text not null default '',
  sound_key bytea,
  -- Of the rows of a table.
  table_name text,
  rows bigint,
  read_at timestamptz,
  -- Where its head begins in the archive.
  archive_at bigint not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, export_id, position),
  unique (tenant_id, export_id, path),
  unique (tenant_id, export_id, archive_at),
  foreign key (tenant_id, export_id) references tenant_exports (tenant_id, id)
);
call protect_tenant_table('tenant_export_files', 'select, insert, delete');

alter table operator_events drop constraint operator_events_code_check;
alter table operator_events add constraint operator_events_code_check check (code in (
  'login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed',
  'key_created', 'key_rotated', 'key_retired', 'key_exported', 'key_imported', 'key_destroyed', 'master_key_rotated',
  'backup_made', 'backup_failed', 'backup_verified', 'backup_restored', 'audit_exported',
  'second_factor_enabled', 'second_factor_reset', 'recovery_code_used',
  'operator_created', 'operator_disabled', 'operator_enabled', 'operator_role_changed', 'session_revoked',
  'access_requested', 'access_opened', 'access_ended', 'tenant_exported'));
