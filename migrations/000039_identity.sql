-- Users through their whole life: issued passwords, keys that have an owner and an end, profiles of the tenant's own making.

-- Until when a password that somebody else issued lets in, to choose another; null = the user chose it.
alter table users add column password_until timestamptz;

-- Whose rights a key has at most; null = of a time before keys had owners.
alter table api_keys
  add column owner_id uuid,
  add column expires_at timestamptz,
  add column ip_ranges text[] not null default '{}',
  -- When it was last tried from an address that is not allowed.
  add column refused_at timestamptz,
  add foreign key (tenant_id, owner_id) references users (tenant_id, id);
update api_keys set owner_id = users.id from users where users.tenant_id = api_keys.tenant_id and api_keys.created_by = 'user:' || users.id;
create index api_keys_of_owner on api_keys (tenant_id, owner_id);

-- Profiles are chosen by their name.
alter table profiles add unique (tenant_id, name);
grant delete on profiles to scc_app;
create index users_of_profile on users (tenant_id, profile_id);
