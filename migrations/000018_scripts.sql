-- Guided scripts: what agents say and fill in, in versions; and what was answered in a call.

create table scripts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  active boolean not null default true,
  draft jsonb not null,
  -- The published one; null before the first.
  version int,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
call protect_tenant_table('scripts', 'select, insert, update, delete');

create table script_versions (
  tenant_id uuid not null references tenants (id),
  script_id uuid not null,
  version int not null,
  definition jsonb not null,
  comment text not null default '',
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, script_id, version),
  foreign key (tenant_id, script_id) references scripts (tenant_id, id)
);
call protect_tenant_table('script_versions', 'select, insert');

alter table queues add column script_id uuid,
  add foreign key (tenant_id, script_id) references scripts (tenant_id, id);

create table call_scripts (
  tenant_id uuid not null references tenants (id),
  call_id uuid not null,
  script_id uuid not null,
  version int not null,
  -- The note on the timeline that holds the answers.
  activity_id uuid,
  -- Answers.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, call_id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  foreign key (tenant_id, script_id, version) references script_versions (tenant_id, script_id, version),
  foreign key (tenant_id, activity_id) references activities (tenant_id, id)
);
call protect_tenant_table('call_scripts', 'select, insert, update, delete');
