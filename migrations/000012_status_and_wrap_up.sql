-- Own kinds of break and absence, and how a queue's calls are wrapped up.

create table status_reasons (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  presence text not null check (presence in ('break', 'away')),
  label text not null,
  label_en text not null,
  -- Counts as work: training, meetings, back office.
  productive boolean not null,
  position int not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  updated_at timestamptz not null default now(),
  updated_by text not null default app_actor(),
  primary key (tenant_id, id)
);
call protect_tenant_table('status_reasons', 'select, insert, update, delete');

alter table agent_states add column reason_id uuid,
  add foreign key (tenant_id, reason_id) references status_reasons (tenant_id, id);

-- A code with others below it is a group; what is chosen is a code without any.
alter table wrap_up_codes add column parent_id uuid,
  add foreign key (tenant_id, parent_id) references wrap_up_codes (tenant_id, id);

alter table queues
  add column wrap_up_mode text not null default 'optional' check (wrap_up_mode in ('none', 'optional', 'forced', 'extendable')),
  add column wrap_up_required boolean not null default false,
  add column wrap_up_extensions int not null default 2 check (wrap_up_extensions between 0 and 20),
  add column wrap_up_extend_ms int not null default 60000 check (wrap_up_extend_ms between 1000 and 3600000),
  -- Group whose codes are for this queue's calls; null = all.
  add column wrap_up_group_id uuid,
  add foreign key (tenant_id, wrap_up_group_id) references wrap_up_codes (tenant_id, id);

-- The wrap-up before the last change, for taking it back within a few minutes; and the case that the call was about.
alter table calls
  add column wrapped_up_at timestamptz,
  add column sealed_wrap_up_before bytea,
  add column case_id uuid,
  add foreign key (tenant_id, case_id) references cases (tenant_id, id);
create index calls_case on calls (tenant_id, case_id) where case_id is not null;

-- Tenants that exist get the same first reasons as new ones.
insert into status_reasons (tenant_id, id, presence, label, label_en, productive, position, created_by, updated_by)
  select t.id, gen_random_uuid(), r.presence, r.label, r.label_en, r.productive, r.position, 'system:migration', 'system:migration'
  from tenants t cross join (values
    ('break', '昼休憩', 'Lunch', false, 1),
    ('break', '小休憩', 'Short break', false, 2),
    ('away', '研修', 'Training', true, 3),
    ('away', '会議', 'Meeting', true, 4),
    ('away', '事務処理', 'Back office', true, 5)
  ) as r (presence, label, label_en, productive, position);
