-- Users taken from a file, so that those it created can be found again.
create table user_imports (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- Name of the file.
  sealed bytea not null,
  created int not null,
  changed int not null,
  unchanged int not null,
  undone_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
call protect_tenant_table('user_imports', 'select, insert, update');

alter table users add column import_id uuid, add foreign key (tenant_id, import_id) references user_imports (tenant_id, id);
create index users_of_import on users (tenant_id, import_id) where import_id is not null;
