-- Who else says who a tenant's users are (OpenID Connect); one at most. The secret of the client is inside the sealed part.
create table sso_providers (
  tenant_id uuid primary key references tenants (id),
  sealed bytea not null,
  -- Nobody comes in by password or passkey, but the one administrator who is named.
  only_way boolean not null default false,
  except_user_id uuid,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  foreign key (tenant_id, except_user_id) references users (tenant_id, id),
  check (not only_way or except_user_id is not null)
);
call protect_tenant_table('sso_providers', 'select, insert, update, delete');
