-- Opus and G.722 are offered to telephones and on trunks where that is wanted.
alter table sip_devices add column wideband boolean not null default false;
alter table trunks add column wideband boolean not null default false;
