-- Plans of where agents sit.
create table seat_maps (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  columns int not null check (columns between 1 and 40),
  rows int not null check (rows between 1 and 40),
  -- One more with each change, so that two people do not overwrite each other.
  version int not null default 1,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
call protect_tenant_table('seat_maps', 'select, insert, update, delete');

create table seats (
  tenant_id uuid not null references tenants (id),
  map_id uuid not null,
  -- From 0 at the left and at the top.
  at_column int not null check (at_column between 0 and 39),
  at_row int not null check (at_row between 0 and 39),
  label text not null,
  -- Who sits there; null = nobody has the seat.
  user_id uuid,
  primary key (tenant_id, map_id, at_column, at_row),
  foreign key (tenant_id, map_id) references seat_maps (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create unique index seats_user on seats (tenant_id, map_id, user_id);
call protect_tenant_table('seats', 'select, insert, delete');
