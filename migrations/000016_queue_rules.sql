-- How queues choose: order of agents, points, skill expression, rings, limits, hours, preferred agents.
alter table queues
  add column agent_order text not null default 'longestIdle'
    check (agent_order in ('longestIdle', 'bestSkill', 'leastRecent', 'fewestCalls', 'roundRobin', 'linear', 'random', 'weightedRandom', 'ringAll')),
  add column weight int not null default 0 check (weight between -1000 and 1000),
  add column ageing_per_minute real not null default 0 check (ageing_per_minute between 0 and 1000),
  add column skill_expression text not null default '',
  -- [{waitMs, expression, levelsDown, queueIds}], in their order.
  add column rings jsonb not null default '[]',
  add column max_wait_ms int not null default 0 check (max_wait_ms between 0 and 86400000),
  add column max_length int not null default 0 check (max_length between 0 and 100000),
  add column no_agents text not null default 'wait' check (no_agents in ('wait', 'loggedOff', 'unavailable')),
  add column last_agent_ms int not null default 0 check (last_agent_ms between 0 and 3600000),
  add column owner_ms int not null default 0 check (owner_ms between 0 and 3600000),
  -- When it is open; null = always.
  add column calendar_id uuid,
  add foreign key (tenant_id, calendar_id) references calendars (tenant_id, id);

alter table queue_members
  add column position int not null default 0 check (position between 0 and 10000),
  add column weight int not null default 10 check (weight between 0 and 1000);

-- Who looks after a customer, or after a whole company.
alter table customers add column owner_id uuid, add foreign key (tenant_id, owner_id) references users (tenant_id, id);
alter table companies add column owner_id uuid, add foreign key (tenant_id, owner_id) references users (tenant_id, id);

-- Calls that left a queue neither to an agent nor by hanging up: flow-outs.
create table queue_exits (
  tenant_id uuid not null,
  call_id uuid not null,
  seq int not null,
  queue_id uuid not null,
  at timestamptz not null,
  reason text not null check (reason in ('wait', 'length', 'noAgents', 'closed', 'emergency', 'callback')),
  waited_ms int not null,
  primary key (tenant_id, call_id, seq),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id)
);
create index queue_exits_queue on queue_exits (tenant_id, queue_id, at);
call protect_tenant_table('queue_exits', 'select, insert');

alter table routing_decisions add column detail jsonb;
