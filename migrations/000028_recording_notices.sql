-- Who is told by mail or webhook that a recording was saved; a link only, nothing of what was said.
create table recording_notices (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- Null: of either kind, of any queue, with any label or none.
  kind text check (kind in ('call', 'voicemail')),
  queue_id uuid,
  label_id uuid,
  active boolean not null default true,
  -- Recordings from before are not told of.
  since timestamptz not null,
  -- Name, receivers of mail, address and secret of the webhook.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, label_id) references recording_labels (tenant_id, id)
);
call protect_tenant_table('recording_notices', 'select, insert, update, delete');

-- When it was looked at who is to be told of the recording.
alter table recordings add column noticed_at timestamptz;
create index recordings_unnoticed on recordings (tenant_id, created_at) where noticed_at is null and status in ('complete', 'interrupted');
