-- The emergency switch: a queue, or all of them, takes no calls until a moment or until it is ended.
create table emergency_switches (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- Null = every queue.
  queue_id uuid,
  -- The reason, as typed.
  sealed bytea not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
create index emergency_switches_open on emergency_switches (tenant_id, ends_at) where ended_at is null;
call protect_tenant_table('emergency_switches', 'select, insert, update');
