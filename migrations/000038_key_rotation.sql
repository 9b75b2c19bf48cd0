-- Tenant keys get new versions while the product works: what is sealed under an old one is sealed anew, table by table.

-- Every process compares the generation with the one it loaded, and loads the keys again when it differs.
alter table tenants
  add column key_generation int not null default 1,
  add column key_state text not null default 'stable' check (key_state in ('stable', 'rotating', 'destroyed'));

create table key_rotations (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  from_version int not null,
  to_version int not null,
  -- announced: every process learns of the new version before anything is sealed under it.
  state text not null default 'announced' check (state in ('announced', 'sealing', 'done')),
  -- Where the work goes on: index of the table in the program's list, and the last key seen there.
  position int not null default 0,
  after_key text[] not null default '{}',
  sealed_rows bigint not null default 0,
  total_rows bigint not null default 0,
  -- Passes over all tables, and what this one has found: the last one finds nothing that opens under an older version.
  passes int not null default 0,
  pass_sealed bigint not null default 0,
  pass_damaged bigint not null default 0,
  announced_at timestamptz not null default now(),
  finished_at timestamptz,
  created_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, to_version)
);
call protect_tenant_table('key_rotations', 'select, insert, update');

-- The same content under another key: neither a change of the record nor of who changed it last.
create or replace function touch_updated() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('app.resealing', true), '') = 'on' then
    return new;
  end if;
  new.updated_at := now();
  new.updated_by := app_actor();
  return new;
end $$;

-- What is written once is still sealed anew; nothing but the sealed bytes may change.
grant update (sealed) on call_events, evaluation_revisions, knowledge_versions, recording_comments to scc_app;

alter table operator_events drop constraint operator_events_code_check;
alter table operator_events add constraint operator_events_code_check check (code in (
  'login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed',
  'key_created', 'key_rotated', 'key_retired', 'key_exported', 'key_imported', 'key_destroyed', 'master_key_rotated',
  'backup_made', 'backup_failed', 'backup_verified', 'backup_restored', 'audit_exported'));
