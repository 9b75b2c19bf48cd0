-- Links with which a screen on a wall shows live figures without a login.
create table wall_links (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  secret_hash bytea not null,
  -- Whose source IP ranges count.
  profile_id uuid not null,
  shows_names boolean not null,
  shows_numbers boolean not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  opens int not null default 0,
  last_opened_at timestamptz,
  -- Its name.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, profile_id) references profiles (tenant_id, id)
);
create unique index wall_links_secret on wall_links (tenant_id, secret_hash);
call protect_tenant_table('wall_links', 'select, insert, update, delete');

create table wall_link_queues (
  tenant_id uuid not null references tenants (id),
  link_id uuid not null,
  queue_id uuid not null,
  primary key (tenant_id, link_id, queue_id),
  foreign key (tenant_id, link_id) references wall_links (tenant_id, id) on delete cascade,
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
call protect_tenant_table('wall_link_queues', 'select, insert, delete');
