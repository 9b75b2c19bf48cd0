-- From where each user has logged in before, and where failed logins are counted: guesses from elsewhere lock nobody out from there.
create table login_origins (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null,
  -- `browser`: the cookie of a browser that the user logged in with; `address`: where a login came from; `session`: the own password, asked again in a session.
  kind text not null check (kind in ('browser', 'address', 'session')),
  -- Keyed token of the cookie, the address or the session.
  origin_token bytea not null,
  failed_logins integer not null default 0,
  locked_until timestamptz,
  -- Of the last login from there; of a session the last failure.
  used_at timestamptz not null,
  primary key (tenant_id, user_id, kind, origin_token),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('login_origins', 'select, insert, update, delete');
