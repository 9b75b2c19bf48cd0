-- Codes of an authenticator app beside the password. One row for each user who has begun to set it up.
create table second_factors (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null,
  -- Secret of the app, and hashes of the recovery codes that are left.
  sealed bytea not null,
  -- Null until a first code proved that the app knows the secret; until then logins do not ask for it.
  confirmed_at timestamptz,
  -- The 30 s step of the last code used: a code is taken once (RFC 6238 section 5.2).
  last_step int not null default 0,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('second_factors', 'select, insert, update, delete');

-- Users of the profile can do nothing before they have set up a second factor.
alter table profiles add column second_factor_required boolean not null default false;
create index sessions_of_user on sessions (tenant_id, user_id) where revoked_at is null;
