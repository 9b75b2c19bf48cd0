-- Mail that is to leave: written in the transaction of what it tells about, sent by a worker, tried again when the mail host is away.
create table mail_outbox (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  -- What it is about: report, alert.
  purpose text not null,
  status text not null default 'waiting' check (status in ('waiting', 'sent', 'failed')),
  attempts int not null default 0,
  -- Not before then; moved on while somebody sends it, so that no two do.
  next_at timestamptz not null,
  sent_at timestamptz,
  last_error text not null default '',
  -- Receivers, subject, text and attachments.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
alter table mail_outbox alter column sealed set storage external;
create index mail_outbox_due on mail_outbox (tenant_id, next_at) where status = 'waiting';
call protect_tenant_table('mail_outbox', 'select, insert, update, delete');

create table report_schedules (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  report text not null check (report in ('calls', 'agents')),
  -- How often it goes out, and what it covers: the day, week (from Monday) or month before.
  every text not null check (every in ('day', 'week', 'month')),
  -- Minute of the day in Japan.
  at_minute int not null check (at_minute between 0 and 1439),
  interval_name text not null,
  group_by text not null,
  format text not null check (format in ('csv', 'csv-cp932', 'xlsx')),
  lang text not null check (lang in ('ja', 'en')),
  active boolean not null default true,
  next_at timestamptz not null,
  last_run_at timestamptz,
  last_error text not null default '',
  -- Name and receivers.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
create index report_schedules_due on report_schedules (tenant_id, next_at) where active;
call protect_tenant_table('report_schedules', 'select, insert, update, delete');
