-- MD5 is offered to telephones that need it only. Those that are there already keep what they may have used.
alter table sip_devices add column allow_md5 boolean not null default true;
alter table sip_devices alter column allow_md5 set default false;
