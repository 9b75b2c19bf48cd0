-- Where callers' messages lie, who looks after them, and by which number and PIN a telephone listens to them.
create table voicemail_boxes (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- What flows and telephones name it by.
  number text not null check (number ~ '^[0-9]{2,10}$'),
  name text not null,
  -- Sound that is played before the beep where the flow names none; empty = the beep alone.
  greeting text not null,
  -- Null: kept as long as the tenant's other recordings.
  retention_days int check (retention_days between 1 and 36500),
  active boolean not null default true,
  -- PIN and receivers of mail.
  sealed bytea not null,
  has_pin boolean not null default false,
  -- Wrong PINs in a row, and until when nobody gets in after too many.
  pin_failures int not null default 0,
  pin_locked_until timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  unique (tenant_id, number)
);
call protect_tenant_table('voicemail_boxes', 'select, insert, update');

create table voicemail_box_users (
  tenant_id uuid not null references tenants (id),
  box_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, box_id, user_id),
  foreign key (tenant_id, box_id) references voicemail_boxes (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
call protect_tenant_table('voicemail_box_users', 'select, insert, delete');

-- Everybody who is in the queue at the moment.
create table voicemail_box_queues (
  tenant_id uuid not null references tenants (id),
  box_id uuid not null,
  queue_id uuid not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, box_id, queue_id),
  foreign key (tenant_id, box_id) references voicemail_boxes (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
call protect_tenant_table('voicemail_box_queues', 'select, insert, delete');

-- A message in a box; its sound is the recording of the same id.
create table voicemails (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  box_id uuid not null,
  assignee_id uuid,
  -- Null: as the call says.
  customer_id uuid,
  case_id uuid,
  -- Can be taken back until it is deleted for good.
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, id) references recordings (tenant_id, id),
  foreign key (tenant_id, box_id) references voicemail_boxes (tenant_id, id),
  foreign key (tenant_id, assignee_id) references users (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers (tenant_id, id),
  foreign key (tenant_id, case_id) references cases (tenant_id, id)
);
create index voicemails_box on voicemails (tenant_id, box_id, id);
call protect_tenant_table('voicemails', 'select, insert, update');
