-- What speaks text for a tenant in the place of the program on this machine; one at most. The key to it is inside the sealed part.
create table speech_providers (
  tenant_id uuid primary key references tenants (id),
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor()
);
call protect_tenant_table('speech_providers', 'select, insert, update, delete');
