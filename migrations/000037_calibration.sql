-- Calibration: evaluators score the same call apart from each other, and compare afterwards.

create table calibrations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  sheet_id uuid not null,
  sheet_version int not null,
  call_id uuid not null,
  -- Whose scores are the reference; null = the mean of all is.
  reference_id uuid,
  state text not null default 'open' check (state in ('open', 'closed', 'cancelled')),
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, sheet_id, sheet_version) references score_sheet_versions (tenant_id, sheet_id, version),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  foreign key (tenant_id, reference_id) references users (tenant_id, id)
);
call protect_tenant_table('calibrations', 'select, insert, update');

create table calibration_participants (
  tenant_id uuid not null references tenants (id),
  calibration_id uuid not null,
  user_id uuid not null,
  submitted_at timestamptz,
  -- Answers and comments; null before the first.
  sealed bytea,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, calibration_id, user_id),
  foreign key (tenant_id, calibration_id) references calibrations (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('calibration_participants', 'select, insert, update');
