-- What leaves by mail and what leaves by HTTP wait in the same place.
alter table mail_outbox rename to outbox;
alter index mail_outbox_due rename to outbox_due;
alter table outbox add column kind text not null default 'mail' check (kind in ('mail', 'webhook'));
alter table outbox alter column kind drop default;

-- When a live figure goes beyond a limit, people and programs are told.
create table alert_rules (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  metric text not null,
  -- Null: every queue by itself.
  queue_id uuid,
  comparison text not null check (comparison in ('above', 'below')),
  threshold double precision not null,
  -- So long must it last, seconds.
  for_seconds int not null check (for_seconds between 0 and 3600),
  active boolean not null default true,
  -- Name, receivers of mail, address and secret of the webhook.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
call protect_tenant_table('alert_rules', 'select, insert, update, delete');

create table alerts (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- The rule may be gone.
  rule_id uuid not null,
  metric text not null,
  queue_id uuid,
  threshold double precision not null,
  comparison text not null,
  -- The figure when it was raised.
  value double precision not null,
  raised_at timestamptz not null,
  resolved_at timestamptz,
  seen_at timestamptz,
  seen_by uuid,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, seen_by) references users (tenant_id, id)
);
create index alerts_open on alerts (tenant_id) where resolved_at is null;
create index alerts_raised on alerts (tenant_id, raised_at desc, id);
call protect_tenant_table('alerts', 'select, insert, update');
