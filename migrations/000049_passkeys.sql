-- How the users of a tenant may log in beside login ID and password; no row = in no other way.
create table login_settings (
  tenant_id uuid primary key references tenants (id),
  passkeys text not null default 'off' check (passkeys in ('off', 'second_factor', 'passwordless')),
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor()
);
call protect_tenant_table('login_settings', 'select, insert, update');

-- Public keys of authenticators (WebAuthn); a user may have several.
create table passkeys (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  user_id uuid not null,
  -- SHA-256 of the credential's id: a login without a password begins with it.
  credential_hash bytea not null,
  -- Name, credential id, public key, ways to the authenticator.
  sealed bytea not null,
  -- Of the last signature; an authenticator that counts never goes back (WebAuthn section 6.1.1).
  sign_count bigint not null,
  -- Kept by a provider of passkeys and copied to other devices of its owner.
  synced boolean not null,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, credential_hash),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('passkeys', 'select, insert, update, delete');
create index passkeys_of_user on passkeys (tenant_id, user_id);

-- With what a session was opened.
alter table sessions add column method text not null default 'password'
  check (method in ('password', 'password_code', 'password_recovery_code', 'password_passkey', 'passkey', 'single_sign_on'));
