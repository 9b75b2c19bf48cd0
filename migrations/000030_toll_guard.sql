-- Money of calls out: what they cost, how much a day, and stops when something is wrong.

alter table dial_policies
  add column max_daily_calls int not null default 1000 check (max_daily_calls between 0 and 1000000),
  -- Yen, as estimated.
  add column max_daily_cost int not null default 10000 check (max_daily_cost between 0 and 100000000),
  -- The same for each agent, and for each telephone that dials by itself.
  add column caller_max_concurrent int not null default 3 check (caller_max_concurrent between 0 and 10000),
  add column caller_max_daily_calls int not null default 300 check (caller_max_daily_calls between 0 and 1000000),
  add column caller_max_daily_cost int not null default 5000 check (caller_max_daily_cost between 0 and 100000000),
  -- 0 = never.
  add column stop_calls_per_hour int not null default 200 check (stop_calls_per_hour between 0 and 1000000),
  add column stop_refusals int not null default 20 check (stop_refusals between 0 and 10000),
  -- [{prefix, perMinute, perCall}]: what the tenant's carriers charge, yen.
  add column rates jsonb not null default '[]';

alter table trunks
  -- Of a day in Japan; null = only as the dial policy says.
  add column max_daily_calls int check (max_daily_calls between 0 and 1000000),
  add column max_daily_cost int check (max_daily_cost between 0 and 100000000);

-- Calls that were let out, and their estimated cost once they are over. Whom they called is in the record of the call.
create table outbound_charges (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- Null: a flow, or nobody whom we know.
  caller_kind text check (caller_kind in ('agent', 'device')),
  caller_id uuid,
  -- Number and kind, for a call that goes on over a restart.
  sealed bytea not null,
  started_at timestamptz not null,
  -- The last that it left on.
  trunk_id uuid,
  ended_at timestamptz,
  -- Yen.
  cost double precision not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index outbound_charges_started on outbound_charges (tenant_id, started_at);
call protect_tenant_table('outbound_charges', 'select, insert, update');

-- While one is not released nothing of its scope goes out.
create table dial_stops (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  scope text not null check (scope in ('tenant', 'agent', 'device')),
  scope_id uuid,
  reason text not null check (reason in ('manual', 'calls_per_hour', 'refusals', 'daily_cost')),
  -- What was typed.
  sealed bytea not null,
  started_at timestamptz not null,
  -- Null: by itself.
  started_by uuid,
  released_at timestamptz,
  released_by uuid,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, started_by) references users (tenant_id, id),
  foreign key (tenant_id, released_by) references users (tenant_id, id)
);
create index dial_stops_open on dial_stops (tenant_id) where released_at is null;
call protect_tenant_table('dial_stops', 'select, insert, update');
