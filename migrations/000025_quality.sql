-- Quality management: score sheets in versions, evaluations of calls with appeals, and calibration of the evaluators.

create table score_sheets (
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
call protect_tenant_table('score_sheets', 'select, insert, update');

create table score_sheet_versions (
  tenant_id uuid not null references tenants (id),
  sheet_id uuid not null,
  version int not null,
  definition jsonb not null,
  comment text not null default '',
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, sheet_id, version),
  foreign key (tenant_id, sheet_id) references score_sheets (tenant_id, id)
);
call protect_tenant_table('score_sheet_versions', 'select, insert');

create table evaluations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  sheet_id uuid not null,
  -- The version it was made with, whatever is published later.
  sheet_version int not null,
  call_id uuid not null,
  -- Of the call, as it was when the evaluation began.
  called_at timestamptz not null,
  queue_id uuid,
  agent_id uuid not null,
  evaluator_id uuid not null,
  state text not null default 'draft' check (state in ('draft', 'published', 'acknowledged', 'appealed', 'upheld', 'revised')),
  -- Hundredths of a per cent.
  score int check (score between 0 and 10000),
  passed boolean,
  -- A fatal item failed.
  fatal boolean not null default false,
  -- Number of the last published scores.
  revision int not null default 0,
  published_at timestamptz,
  acknowledged_at timestamptz,
  appealed_at timestamptz,
  answered_at timestamptz,
  -- Answers and comments.
  sealed bytea not null,
  -- The agent's reason and what was answered.
  sealed_appeal bytea,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, call_id, sheet_id),
  foreign key (tenant_id, sheet_id, sheet_version) references score_sheet_versions (tenant_id, sheet_id, version),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, agent_id) references users (tenant_id, id),
  foreign key (tenant_id, evaluator_id) references users (tenant_id, id)
);
create index evaluations_called on evaluations (tenant_id, called_at);
create index evaluations_agent on evaluations (tenant_id, agent_id, called_at);
call protect_tenant_table('evaluations', 'select, insert, update, delete');

-- The scores as the agent saw them each time; a revision replaces none of them.
create table evaluation_revisions (
  tenant_id uuid not null references tenants (id),
  evaluation_id uuid not null,
  revision int not null,
  score int not null check (score between 0 and 10000),
  passed boolean not null,
  fatal boolean not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, evaluation_id, revision),
  foreign key (tenant_id, evaluation_id) references evaluations (tenant_id, id)
);
call protect_tenant_table('evaluation_revisions', 'select, insert');

-- The locked presets of every company get what they may do here.
update profiles set permissions = permissions || array['quality.read.own', 'quality.evaluate', 'quality.manage'] where preset and code = 'SV';
update profiles set permissions = permissions || array['quality.read.own'] where preset and code = 'CSR';
