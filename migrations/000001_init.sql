-- The first schema. Forward only: a released migration is never edited.
-- Rules: every table with tenant_id has forced row level security and a primary key that starts with tenant_id; every
-- foreign key between tenant tables carries tenant_id; `sealed` columns hold AES-256-GCM of JSON under the tenant's key.

-- The tenant of this transaction; NULL when none is set, so that every policy fails closed.
create function app_tenant() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;

-- Who acts in this transaction, for created_by and updated_by.
create function app_actor() returns text language sql stable parallel safe
  as $$ select coalesce(nullif(current_setting('app.actor', true), ''), 'system') $$;

create function touch_updated() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  new.updated_by := app_actor();
  return new;
end $$;

-- Puts the second wall around a tenant table and gives the application role its rights. `verbs` is what the application may do.
create procedure protect_tenant_table(target regclass, verbs text) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant_isolation on %s using (tenant_id = app_tenant()) with check (tenant_id = app_tenant())', target);
  execute format('grant %s on %s to scc_app', verbs, target);
  if exists (select from pg_attribute where attrelid = target and attname = 'updated_at' and not attisdropped) then
    execute format('create trigger touch before update on %s for each row execute function touch_updated()', target);
  end if;
end $$;

-- Directories: which tenants exist and which cell and number belong to whom. No tenant content.
create table tenants (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  status text not null default 'active' check (status in ('active', 'suspended', 'ended')),
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor()
);
create trigger touch before update on tenants for each row execute function touch_updated();
grant select, insert, update on tenants to scc_app;

create table number_directory (
  number text primary key,
  tenant uuid not null references tenants (id)
);
grant select, insert, delete on number_directory to scc_app;

-- A tenant's live state is owned by exactly one cell at a time.
create table cell_leases (
  tenant uuid primary key references tenants (id),
  cell_id uuid not null,
  expires_at timestamptz not null
);
grant select, insert, update, delete on cell_leases to scc_app;

create table operators (
  id uuid primary key,
  login_id text not null unique,
  password_hash text not null,
  created_at timestamptz not null default now()
);
grant select, insert, update on operators to scc_app;

-- Key hierarchy: master (file) wraps tenant keys, tenant keys wrap object keys.
create table tenant_keys (
  tenant_id uuid not null references tenants (id),
  version int not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, version)
);

-- Each use of a key that opens content in bulk (tenant key load, recording play, export).
create table key_log (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  at timestamptz not null default now(),
  actor text not null default app_actor(),
  key_version int not null,
  purpose text not null,
  subject text not null,
  primary key (tenant_id, id)
);

create table tenant_settings (
  tenant_id uuid not null primary key references tenants (id),
  web_call_enabled boolean not null default false,
  web_call_number text,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor()
);

-- Users, profiles, sessions -----------------------------------------------------------------------------------------------
create table profiles (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  code text not null,
  name text not null,
  preset boolean not null default false,
  permissions text[] not null,
  ip_ranges text[] not null default '{}',
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);

create table users (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  login_id text not null,
  profile_id uuid not null,
  sealed bytea not null,
  password_hash text not null,
  status text not null default 'active' check (status in ('active', 'disabled')),
  failed_logins int not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, login_id),
  foreign key (tenant_id, profile_id) references profiles (tenant_id, id)
);

create table sessions (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  csrf_hash bytea not null,
  ip text not null,
  user_agent text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);

create table api_keys (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  secret_hash bytea not null,
  permissions text[] not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, secret_hash)
);

-- Audit: append only, one hash chain per tenant -----------------------------------------------------------------------------
create table audit_events (
  tenant_id uuid not null references tenants (id),
  seq bigint not null,
  at timestamptz not null,
  code text not null,
  actor text not null,
  subject_kind text not null,
  subject_id text not null,
  ip text not null,
  sealed bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (tenant_id, seq)
);
create index audit_events_at on audit_events (tenant_id, at);
create index audit_events_subject on audit_events (tenant_id, subject_kind, subject_id);

create table audit_heads (
  tenant_id uuid not null primary key references tenants (id),
  seq bigint not null,
  hash bytea not null
);

-- Telephony and queues ------------------------------------------------------------------------------------------------------
create table queues (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  code text not null,
  name text not null,
  required_skills jsonb not null default '{}',
  offer_timeout_ms int not null default 20000 check (offer_timeout_ms between 1000 and 600000),
  wrap_up_ms int not null default 60000 check (wrap_up_ms between 0 and 3600000),
  missed_offers_to_away int not null default 3 check (missed_offers_to_away between 0 and 100),
  service_level_ms int not null default 20000 check (service_level_ms between 1000 and 3600000),
  record boolean not null default true,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);

create table queue_members (
  tenant_id uuid not null references tenants (id),
  queue_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, queue_id, user_id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);

create table user_skills (
  tenant_id uuid not null references tenants (id),
  user_id uuid not null,
  skill text not null,
  level int not null check (level between 1 and 5),
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, user_id, skill),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);

-- Agents that are external SIP telephones.
create table stations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  queue_id uuid not null,
  name text not null,
  sip_uri text not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, name),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);

-- SIP telephones that register with digest authentication.
create table sip_devices (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  username text not null,
  user_id uuid,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, username),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);

create table flows (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  code text not null,
  name text not null,
  version int not null default 1,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);

create table numbers (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  number text not null,
  label text not null,
  flow_id uuid not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, flow_id) references flows (tenant_id, id)
);

-- Uploaded sounds that replace a shipped one of the same name.
create table prompts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  object_path text not null,
  size_bytes int not null,
  duration_ms int not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

create table wrap_up_codes (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  code text not null,
  label text not null,
  label_en text not null,
  position int not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);

-- Customers -------------------------------------------------------------------------------------------------------------------
create table companies (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);

create table customers (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  company_id uuid,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, company_id) references companies (tenant_id, id)
);
create index customers_company on customers (tenant_id, company_id);

-- Keyed tokens for search in sealed content. A row per token, because row level security lets only leak-proof operators
-- (uuid and bytea equality) use an index; an array with GIN would be scanned.
create table search_tokens (
  tenant_id uuid not null references tenants (id),
  kind smallint not null,
  token bytea not null,
  entity_id uuid not null,
  primary key (tenant_id, kind, token, entity_id)
);
create index search_tokens_entity on search_tokens (tenant_id, entity_id);

create table cases (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  number int not null,
  customer_id uuid not null,
  owner_id uuid,
  status text not null default 'open' check (status in ('open', 'pending', 'closed')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high')),
  sealed bytea not null,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, owner_id) references users (tenant_id, id)
);
create index cases_customer on cases (tenant_id, customer_id, status);

create table knowledge_articles (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  status text not null default 'published' check (status in ('draft', 'published')),
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);

-- Calls -------------------------------------------------------------------------------------------------------------------------
-- The record of a call: written once when the call begins, completed exactly once when it ends.
create table calls (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  direction text not null check (direction in ('inbound', 'outbound')),
  channel text not null check (channel in ('sip', 'web')),
  outcome text check (outcome in ('answered', 'abandoned', 'self_service', 'voicemail', 'rejected', 'failed', 'interrupted')),
  ended_by text check (ended_by in ('caller', 'agent', 'system')),
  end_reason text,
  number_id uuid,
  queue_id uuid,
  agent_id uuid,
  station_id uuid,
  customer_id uuid,
  wrap_up_code_id uuid,
  sealed bytea not null,
  started_at timestamptz not null,
  queued_at timestamptz,
  agent_answered_at timestamptz,
  ended_at timestamptz,
  queue_ms int,
  ring_ms int,
  talk_ms int,
  hold_ms int,
  wrap_up_ms int,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, number_id) references numbers (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, agent_id) references users (tenant_id, id),
  foreign key (tenant_id, station_id) references stations (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, wrap_up_code_id) references wrap_up_codes (tenant_id, id)
);
create index calls_started on calls (tenant_id, started_at desc, id);
create index calls_customer on calls (tenant_id, customer_id, started_at desc);

-- What happened in a call, step by step; `sealed` holds the detail (digits, numbers).
create table call_events (
  tenant_id uuid not null references tenants (id),
  call_id uuid not null,
  seq int not null,
  at timestamptz not null,
  type text not null,
  sealed bytea not null,
  primary key (tenant_id, call_id, seq)
);

-- State of calls in progress, for the restart of a cell. Deleted when the call's record is complete.
create table live_calls (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  version int not null,
  sealed bytea not null,
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);

-- Every change of an agent's state; the base of occupancy and adherence.
create table agent_states (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  user_id uuid not null,
  at timestamptz not null,
  presence text not null,
  work text not null,
  problems text[] not null default '{}',
  call_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index agent_states_user on agent_states (tenant_id, user_id, at desc);

create table routing_decisions (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  call_id uuid not null,
  queue_id uuid not null,
  at timestamptz not null,
  rule text not null,
  agent_id uuid,
  waited_ms int not null,
  considered int not null,
  required_skills jsonb not null,
  candidates jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
create index routing_decisions_call on routing_decisions (tenant_id, call_id, at);

create table recordings (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  call_id uuid not null,
  kind text not null default 'call' check (kind in ('call', 'voicemail')),
  status text not null check (status in ('recording', 'complete', 'interrupted', 'deleted')),
  object_path text not null,
  key_version int not null,
  wrapped_key bytea not null,
  duration_ms int,
  size_bytes bigint,
  sha256 text,
  sealed_peaks bytea,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id)
);
create index recordings_call on recordings (tenant_id, call_id);

-- What happened with a customer, newest first: calls, notes, voicemails.
create table activities (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  customer_id uuid not null,
  case_id uuid,
  call_id uuid,
  kind text not null check (kind in ('call', 'note', 'voicemail')),
  occurred_at timestamptz not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, case_id) references cases (tenant_id, id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id)
);
create index activities_customer on activities (tenant_id, customer_id, occurred_at desc);

-- The walls --------------------------------------------------------------------------------------------------------------------
do $$
declare
  append_only constant text[] := array['audit_events', 'key_log', 'agent_states', 'routing_decisions', 'call_events', 'tenant_keys'];
  target record;
begin
  for target in
    select c.oid::regclass as name, c.relname
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'tenant_id'
  loop
    call protect_tenant_table(target.name,
      case when target.relname = any (append_only) then 'select, insert' else 'select, insert, update, delete' end);
  end loop;
end $$;
