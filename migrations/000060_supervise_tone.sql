-- Whoever listens to a call of somebody else is announced in it by a tone, whatever they chose.
alter table tenant_settings add column supervise_tone boolean not null default false;
