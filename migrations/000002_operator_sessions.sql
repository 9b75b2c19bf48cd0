-- The provider's own people: their logins and what they did. No tenant content, so no tenant_id; the application's role gets
-- the least it needs.

alter table operators
  add column failed_logins int not null default 0,
  add column locked_until timestamptz;

create table operator_sessions (
  id uuid primary key,
  operator_id uuid not null references operators (id),
  token_hash bytea not null unique,
  ip text not null,
  user_agent text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index operator_sessions_operator on operator_sessions (operator_id) where revoked_at is null;
grant select, insert, update (last_seen_at, revoked_at) on operator_sessions to scc_app;

-- Append only: the application's role can neither change nor delete an entry.
create table operator_events (
  id uuid primary key,
  at timestamptz not null,
  code text not null check (code in ('login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed')),
  -- Login ID of the operator, `cli`, or empty when nobody known acted.
  actor text not null,
  ip text not null,
  detail jsonb not null
);
create index operator_events_at on operator_events (at desc, id desc);
grant select, insert on operator_events to scc_app;
