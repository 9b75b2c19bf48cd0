-- What the provider's monitoring found (CLD.12.4.5): each change of a check's verdict. Nothing of a tenant is in it.
create table monitor_alarms (
  id uuid primary key,
  at timestamptz not null,
  check_id text not null,
  verdict text not null check (verdict in ('ok', 'note', 'fault', 'unknown')),
  before text not null check (before in ('ok', 'note', 'fault', 'unknown')),
  reason text check (reason in ('bound', 'change', 'unreadable')),
  -- In the unit of the check; null when it could not be read.
  value double precision
);
create index monitor_alarms_at on monitor_alarms (at desc, id desc);
grant select, insert on monitor_alarms to scc_app;
