-- From where each operator has logged in before, and where failed logins are counted there: guesses from elsewhere lock nobody out from there.
create table operator_origins (
  operator_id uuid not null references operators (id) on delete cascade,
  -- An IPv4 address, or the first 64 bits of an IPv6 address.
  network text not null,
  failed_logins integer not null default 0,
  locked_until timestamptz,
  used_at timestamptz not null,
  primary key (operator_id, network)
);
grant select, insert, update, delete on operator_origins to scc_app;
