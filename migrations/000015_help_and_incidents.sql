-- Agents who ask for help, incidents with abusive callers, and caution flags on customers.

create table help_requests (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  kind text not null check (kind in ('hand', 'sos')),
  user_id uuid not null,
  -- The record of the call may be written a moment later.
  call_id uuid,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  ended_at timestamptz,
  end_reason text check (end_reason in ('lowered', 'done', 'call_ended')),
  -- What the agent had written so far.
  sealed bytea not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, acknowledged_by) references users (tenant_id, id)
);
create index help_requests_open on help_requests (tenant_id) where ended_at is null;
call protect_tenant_table('help_requests', 'select, insert, update');

create table incidents (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  number int not null,
  call_id uuid not null,
  customer_id uuid,
  -- The agent who was treated badly.
  user_id uuid not null,
  help_request_id uuid,
  status text not null default 'open' check (status in ('open', 'closed')),
  category text not null default 'unsorted'
    check (category in ('unsorted', 'abuse', 'threat', 'demand', 'repetition', 'long_hold', 'sexual', 'other')),
  occurred_at timestamptz not null,
  closed_at timestamptz,
  -- Summary and measures taken.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, help_request_id) references help_requests (tenant_id, id)
);
create index incidents_call on incidents (tenant_id, call_id);
call protect_tenant_table('incidents', 'select, insert, update, delete');

-- A flag ends by itself: nobody is marked for ever. What the customer objects is kept beside it.
create table customer_cautions (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  customer_id uuid not null,
  incident_id uuid,
  expires_at timestamptz not null,
  objected_at timestamptz,
  lifted_at timestamptz,
  -- Reason, objection, why it was lifted.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, incident_id) references incidents (tenant_id, id)
);
create index customer_cautions_customer on customer_cautions (tenant_id, customer_id);
call protect_tenant_table('customer_cautions', 'select, insert, update, delete');

-- Break after an SOS, minutes; 0 = only when a supervisor gives one.
alter table tenant_settings add column care_break_minutes int not null default 10 check (care_break_minutes between 0 and 240);
