-- Contacts and subscriptions of SIP telephones, so that they can be called and their lamps go on after a restart. They hold
-- addresses of people's telephones, so they are sealed.
create table sip_device_states (
  tenant_id uuid not null references tenants (id),
  device_id uuid not null,
  sealed bytea not null,
  -- When the last of it runs out.
  expires_at timestamptz not null,
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, device_id),
  foreign key (tenant_id, device_id) references sip_devices (tenant_id, id) on delete cascade
);

call protect_tenant_table('sip_device_states', 'select, insert, update, delete');
