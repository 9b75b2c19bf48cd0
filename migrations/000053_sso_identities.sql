-- Whom a provider knows a user as: the issuer and its `sub`, kept at the first login (OpenID Connect Core 1.0 section 5.7).
create table sso_identities (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null,
  -- Keyed token of issuer and sub: what a login is looked up by.
  subject_token bytea not null,
  -- Issuer and sub.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, user_id),
  unique (tenant_id, subject_token),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('sso_identities', 'select, insert, update, delete');
