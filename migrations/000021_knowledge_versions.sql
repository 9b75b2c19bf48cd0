-- Articles are written, changed and archived by supervisors; every version stays.
alter table knowledge_articles drop constraint knowledge_articles_status_check;
alter table knowledge_articles add constraint knowledge_articles_status_check check (status in ('draft', 'published', 'archived'));
alter table knowledge_articles add column version int not null default 1;

create table knowledge_versions (
  tenant_id uuid not null references tenants (id),
  article_id uuid not null,
  version int not null,
  status text not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  created_by text not null default app_actor(),
  primary key (tenant_id, article_id, version),
  foreign key (tenant_id, article_id) references knowledge_articles (tenant_id, id)
);
call protect_tenant_table('knowledge_versions', 'select, insert');
