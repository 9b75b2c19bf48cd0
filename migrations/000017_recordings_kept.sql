-- What marks a recording, how long it is kept, who must not let it be deleted, and who outside may hear it.

create table recording_labels (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  label text not null,
  label_en text not null,
  -- Kept at least so long; null = this label says nothing about it.
  retention_days int check (retention_days between 1 and 36500),
  -- Who plays or downloads it says why.
  sensitive boolean not null default false,
  position int not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
call protect_tenant_table('recording_labels', 'select, insert, update, delete');

create table recording_label_links (
  tenant_id uuid not null references tenants (id),
  recording_id uuid not null,
  label_id uuid not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, recording_id, label_id),
  foreign key (tenant_id, recording_id) references recordings (tenant_id, id),
  foreign key (tenant_id, label_id) references recording_labels (tenant_id, id)
);
create index recording_label_links_label on recording_label_links (tenant_id, label_id);
call protect_tenant_table('recording_label_links', 'select, insert, delete');

create table recording_comments (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  recording_id uuid not null,
  at_ms int not null check (at_ms >= 0),
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, recording_id) references recordings (tenant_id, id)
);
create index recording_comments_recording on recording_comments (tenant_id, recording_id, at_ms);
call protect_tenant_table('recording_comments', 'select, insert, delete');

create table recording_shares (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  recording_id uuid not null,
  secret_hash bytea not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  plays int not null default 0,
  last_played_at timestamptz,
  -- For whom and why.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, recording_id) references recordings (tenant_id, id)
);
create index recording_shares_recording on recording_shares (tenant_id, recording_id);
create unique index recording_shares_secret on recording_shares (tenant_id, secret_hash);
call protect_tenant_table('recording_shares', 'select, insert, update, delete');

alter table recordings
  -- While set it is not deleted, whatever its age.
  add column held_at timestamptz,
  add column sealed_hold bytea,
  add column deleted_at timestamptz,
  add column deleted_reason text;
create index recordings_age on recordings (tenant_id, created_at) where status <> 'deleted';

-- Null: recordings without a label that says more are kept until somebody sets this.
alter table tenant_settings add column recording_retention_days int check (recording_retention_days between 1 and 36500);
