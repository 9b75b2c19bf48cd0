-- The contract of each tenant with the provider (white paper CLD.8.1.5): when it ends, how long data is kept, when it is destroyed.
-- Directories, without a tenant column: they outlive the tenant's rows and keys, and hold dates and the provider's own words only.

-- Until when an ended tenant's administrators may still read and take their data out; null = not at all.
alter table tenants add column readable_until timestamptz;

create table tenant_contracts (
  -- No reference: a contract is known longer than its tenant.
  tenant uuid primary key,
  state text not null check (state in ('active', 'ended', 'logically_deleted', 'destroying', 'destroyed')),
  -- Days in Japan, YYYY-MM-DD. The first day without the service.
  end_on text,
  -- Deleted not before: a hold was released, or a deletion undone.
  not_before text,
  deleted_on text,
  destroyed_on text,
  -- {reason, by, on}; null = none.
  hold jsonb,
  -- [{operatorId, loginId, reason, at}]: who wants it destroyed.
  approvals jsonb not null default '[]',
  -- What has been done of the destruction, step by step, so that it goes on after a crash; null = not begun.
  destruction jsonb,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor()
);
create trigger touch before update on tenant_contracts for each row execute function touch_updated();
grant select, insert, update on tenant_contracts to scc_app;

-- What happened to a contract, reminders too. Append only.
create table tenant_contract_events (
  id uuid primary key,
  tenant uuid not null,
  at timestamptz not null,
  code text not null,
  -- Login ID of an operator, `cli` or `system`.
  actor text not null,
  detail jsonb not null
);
create index tenant_contract_events_tenant on tenant_contract_events (tenant, at, id);
grant select, insert on tenant_contract_events to scc_app;

-- What a destroyed tenant is given as proof; the text as it was signed. Append only.
create table deletion_certificates (
  tenant uuid primary key,
  slug text not null,
  made_at timestamptz not null,
  certificate text not null
);
create index deletion_certificates_slug on deletion_certificates (slug);
grant select, insert on deletion_certificates to scc_app;

alter table operator_events drop constraint operator_events_code_check;
alter table operator_events add constraint operator_events_code_check check (code in (
  'login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed',
  'key_created', 'key_rotated', 'key_retired', 'key_exported', 'key_imported', 'key_destroyed', 'master_key_rotated',
  'backup_made', 'backup_failed', 'backup_verified', 'backup_restored', 'audit_exported',
  'second_factor_enabled', 'second_factor_reset', 'recovery_code_used',
  'operator_created', 'operator_disabled', 'operator_enabled', 'operator_role_changed', 'session_revoked',
  'access_requested', 'access_opened', 'access_ended', 'tenant_exported',
  'contract_end_set', 'contract_ended', 'contract_renewed', 'contract_held', 'contract_released', 'contract_deleted',
  'contract_undeleted', 'contract_approved', 'contract_reminder', 'contract_destroyed'));
