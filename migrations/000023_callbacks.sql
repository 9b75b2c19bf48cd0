-- Callers who asked to be called back, with the place that they kept, and calls that agents promised for a later time.
create table callbacks (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  kind text not null check (kind in ('queue', 'scheduled')),
  status text not null check (status in ('waiting', 'dialling', 'done', 'failed', 'expired', 'cancelled')),
  queue_id uuid not null,
  -- Who alone should call; null = any agent of the queue.
  owner_id uuid,
  customer_id uuid,
  -- The call in which it was asked for, and the last attempt.
  origin_call_id uuid,
  last_call_id uuid,
  priority int not null default 0,
  -- The place in the queue.
  queued_at timestamptz not null,
  -- Not before.
  due_at timestamptz not null,
  expires_at timestamptz not null,
  attempts int not null default 0,
  max_attempts int not null default 3 check (max_attempts between 1 and 20),
  outcome text not null default '',
  -- Number, name and note.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, owner_id) references users (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index callbacks_open on callbacks (tenant_id, due_at) where status in ('waiting', 'dialling');
call protect_tenant_table('callbacks', 'select, insert, update');
