-- Flows are edited as drafts and published as versions; `definition` and `version` are what calls run.
alter table flows
  -- What is being edited; null = nothing beside the published version.
  add column draft jsonb,
  -- One more with each saving, so that nobody overwrites what they have not seen.
  add column draft_revision int not null default 0,
  -- Highest version so far; `version` may be an older one.
  add column last_version int not null default 1;

-- Every version that was ever published, as it was.
create table flow_versions (
  tenant_id uuid not null references tenants (id),
  flow_id uuid not null,
  version int not null,
  definition jsonb not null,
  comment text not null default '',
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, flow_id, version),
  foreign key (tenant_id, flow_id) references flows (tenant_id, id) on delete cascade
);
call protect_tenant_table('flow_versions', 'select, insert');

insert into flow_versions (tenant_id, flow_id, version, definition, created_at, created_by)
select tenant_id, id, version, definition, created_at, created_by from flows;
update flows set last_version = version;

-- A version that is to take over at a later time.
create table flow_schedules (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  flow_id uuid not null,
  version int not null,
  due_at timestamptz not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, flow_id),
  foreign key (tenant_id, flow_id, version) references flow_versions (tenant_id, flow_id, version) on delete cascade
);
call protect_tenant_table('flow_schedules', 'select, insert, update, delete');
create index flow_schedules_due on flow_schedules (due_at);

-- Open hours, holidays and special days that several flows go by.
create table calendars (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  code text not null,
  name text not null,
  hours jsonb not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);
call protect_tenant_table('calendars', 'select, insert, update, delete');

grant delete on flows to scc_app;
