-- Breaks after hard calls that are not over: an agent's lock outlives a restart.
create table care_breaks (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null,
  minutes int not null check (minutes between 1 and 240),
  -- Null while it waits for the end of call and wrap-up.
  ends_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('care_breaks', 'select, insert, update, delete');

-- When a caller of this queue on hold counts as forgotten, seconds; 0 = never, null = as the tenant says.
alter table queues add column hold_alarm_seconds int check (hold_alarm_seconds between 0 and 3600);
