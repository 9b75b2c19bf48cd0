-- Whether a tenant's service answered: looked at every 10 s (docs/operations.md, "Monitoring").
create table service_looks (
  tenant_id uuid primary key references tenants (id),
  measured_since timestamptz not null,
  -- Written once a minute: what lies between it and the next start was not measured, because nothing ran.
  last_look_at timestamptz not null
);
call protect_tenant_table('service_looks', 'select, insert, update');

create table service_outages (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  began_at timestamptz not null,
  -- Null while it goes on.
  ended_at timestamptz check (ended_at >= began_at),
  -- The synthetic call was not answered; the tenant's calls were not taken; the product did not run.
  reason text not null check (reason in ('call', 'not_serving', 'stopped')),
  primary key (tenant_id, id)
);
create index service_outages_began on service_outages (tenant_id, began_at desc);
call protect_tenant_table('service_outages', 'select, insert, update');
