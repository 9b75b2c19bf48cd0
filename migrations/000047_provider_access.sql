-- What the provider's people saw of a tenant, why, and for how long. It is the tenant's: its own people read it and end it.
create table provider_accesses (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- An operator and the login ID at the time; operators belong to no tenant.
  operator_id uuid not null,
  operator text not null,
  -- What may be looked at: how the tenant is set up and what its calls did, or what its people and customers said and wrote too.
  scope text not null check (scope in ('settings', 'content')),
  minutes int not null check (minutes in (15, 30, 60)),
  -- Opened without a second operator.
  urgent boolean not null,
  -- Reason, reason of the urgency, ticket.
  sealed bytea not null,
  status text not null check (status in ('requested', 'open', 'ended')),
  approved_by text,
  opened_at timestamptz,
  until timestamptz,
  ended_at timestamptz,
  ended_how text check (ended_how in ('declined', 'withdrawn', 'operator', 'tenant', 'time')),
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  check ((status = 'open') <= (opened_at is not null and until is not null)),
  check ((status = 'ended') = (ended_at is not null and ended_how is not null))
);
create index provider_accesses_going_on on provider_accesses (tenant_id) where status <> 'ended';
call protect_tenant_table('provider_accesses', 'select, insert, update');

-- Each look; append only.
create table provider_access_views (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  access_id uuid not null,
  at timestamptz not null,
  view text not null,
  -- Id of what was looked at, empty for a list.
  subject text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, access_id) references provider_accesses (tenant_id, id)
);
create index provider_access_views_access on provider_access_views (tenant_id, access_id, at);
call protect_tenant_table('provider_access_views', 'select, insert');

alter table operator_events drop constraint operator_events_code_check;
alter table operator_events add constraint operator_events_code_check check (code in (
  'login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed',
  'key_created', 'key_rotated', 'key_retired', 'key_exported', 'key_imported', 'key_destroyed', 'master_key_rotated',
  'backup_made', 'backup_failed', 'backup_verified', 'backup_restored', 'audit_exported',
  'second_factor_enabled', 'second_factor_reset', 'recovery_code_used',
  'operator_created', 'operator_disabled', 'operator_enabled', 'operator_role_changed', 'session_revoked',
  'access_requested', 'access_opened', 'access_ended'));
