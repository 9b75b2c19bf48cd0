-- SIP messages of calls of the last days, for the ladder diagram. They hold names and numbers, so they are sealed.
create table call_sip_traces (
  tenant_id uuid not null references tenants (id),
  call_id uuid not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, call_id)
);
create index call_sip_traces_age on call_sip_traces (tenant_id, created_at);

call protect_tenant_table('call_sip_traces', 'select, insert, update, delete');
