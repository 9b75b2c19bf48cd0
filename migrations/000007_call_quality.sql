-- How each leg of a call was heard: measured by the media process, kept with the call. Figures only, nothing of what was said.
create table call_quality (
  tenant_id uuid not null references tenants (id),
  call_id uuid not null,
  -- The leg's endpoint in the media process.
  endpoint text not null,
  party text not null check (party in ('far', 'agent')),
  loss_percent real not null,
  -- What the peer reported of what it heard; null = it reported nothing.
  remote_loss_percent real,
  jitter_ms real not null,
  round_trip_ms real,
  mos real not null,
  -- Intervals of 5 s and more: time and the same figures, oldest first.
  samples jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, call_id, endpoint),
  foreign key (tenant_id, call_id) references calls (tenant_id, id)
);

call protect_tenant_table('call_quality', 'select, insert, update, delete');
