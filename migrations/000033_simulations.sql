-- Days lived through in simulated time, with what they came to; the newest of each tenant are kept.
create table simulations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  queue_id uuid not null,
  state text not null check (state in ('running', 'done', 'cancelled', 'failed')),
  -- What was asked, and counts and shares: no data of any person.
  request jsonb not null,
  result jsonb,
  error text not null default '',
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
create index simulations_created on simulations (tenant_id, created_at desc, id);
call protect_tenant_table('simulations', 'select, insert, update, delete');
