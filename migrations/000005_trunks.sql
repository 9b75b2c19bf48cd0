-- Lines to carriers, where calls go out, and what they may cost.

create table trunks (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  kind text not null check (kind in ('registration', 'ip')),
  profile text not null default 'generic' check (profile in ('generic', 'ngn', 'kddi')),
  enabled boolean not null default true,
  host text not null,
  port int check (port between 1 and 65535),
  transport text not null default 'udp' check (transport in ('udp', 'tcp', 'tls')),
  -- Digest realm of the carrier; no password is ever sent to another one.
  realm text not null default '',
  username text not null default '',
  -- The password.
  sealed bytea not null,
  -- CIDR; who may send calls of this trunk beside its registered contact.
  source_ranges text[] not null default '{}',
  channels int not null default 2 check (channels between 1 and 10000),
  calls_per_second int not null default 5 check (calls_per_second between 1 and 1000),
  number_format text not null default 'e164' check (number_format in ('e164', 'e164_bare', 'national')),
  dialled_from text not null default 'request_uri' check (dialled_from in ('request_uri', 'to')),
  caller_id text not null default 'number' check (caller_id in ('number', 'account')),
  identity text not null default 'none' check (identity in ('none', 'asserted', 'preferred')),
  privacy_method text not null default 'header' check (privacy_method in ('header', 'prefix')),
  inband_dtmf boolean not null default false,
  -- Remark for whoever marks packets; this product does not mark them itself.
  dscp int not null default 0 check (dscp between 0 and 63),
  -- OPTIONS every so often, seconds; 0 = never.
  monitor_seconds int not null default 30 check (monitor_seconds = 0 or monitor_seconds between 5 and 3600),
  position int not null default 0,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
call protect_tenant_table('trunks', 'select, insert, update, delete');

-- The first route whose prefix fits is taken; its trunks are tried in order.
create table outbound_routes (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  position int not null,
  name text not null,
  -- Beginning of the E.164 number, or of a short code; empty = every number.
  prefix text not null check (prefix ~ '^\+?[0-9]{0,15}$'),
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, position)
);
call protect_tenant_table('outbound_routes', 'select, insert, update, delete');

create table outbound_route_trunks (
  tenant_id uuid not null references tenants (id),
  route_id uuid not null,
  position int not null,
  trunk_id uuid not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, route_id, position),
  unique (tenant_id, route_id, trunk_id),
  foreign key (tenant_id, route_id) references outbound_routes (tenant_id, id) on delete cascade,
  foreign key (tenant_id, trunk_id) references trunks (tenant_id, id)
);
call protect_tenant_table('outbound_route_trunks', 'select, insert, update, delete');

-- What calls may cost. A tenant without a row has the defaults.
create table dial_policies (
  tenant_id uuid not null references tenants (id),
  -- Beginnings of E.164 numbers outside Japan that may be called; none by default.
  international_prefixes text[] not null default '{}',
  premium_allowed boolean not null default false,
  emergency_allowed boolean not null default false,
  max_concurrent int not null default 2 check (max_concurrent between 0 and 10000),
  max_per_minute int not null default 5 check (max_per_minute between 0 and 10000),
  max_daily_minutes int not null default 600 check (max_daily_minutes between 0 and 1000000),
  max_call_minutes int not null default 180 check (max_call_minutes between 1 and 1440),
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id)
);
call protect_tenant_table('dial_policies', 'select, insert, update, delete');

alter table numbers
  -- May be shown as the caller of calls that go out.
  add column outbound boolean not null default true,
  -- The only trunk that may show it (an account per number); null = every trunk.
  add column trunk_id uuid,
  add foreign key (tenant_id, trunk_id) references trunks (tenant_id, id);

alter table sip_devices
  add column label text not null default '',
  add column enabled boolean not null default true;
