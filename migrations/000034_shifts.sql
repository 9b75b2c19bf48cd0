-- Who is to work when. Minutes count from midnight in Japan of the day; beyond 1440 they are of the next day.
create table shift_templates (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  start_minute int not null check (start_minute between 0 and 1439),
  end_minute int not null check (end_minute > start_minute and end_minute <= start_minute + 1440),
  -- [{"startMinute": 720, "endMinute": 780}], in order, within the shift.
  breaks jsonb not null default '[]',
  position int not null default 0,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
call protect_tenant_table('shift_templates', 'select, insert, update, delete');

create table shifts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  user_id uuid not null,
  day date not null,
  start_minute int not null check (start_minute between 0 and 1439),
  end_minute int not null check (end_minute > start_minute and end_minute <= start_minute + 1440),
  breaks jsonb not null default '[]',
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, user_id, day, start_minute),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index shifts_day on shifts (tenant_id, day);
call protect_tenant_table('shifts', 'select, insert, update, delete');
