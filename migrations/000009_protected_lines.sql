-- Whether the sound of a line is protected (SRTP with keys by SDES): where the peer can, always, or never.
alter table trunks add column srtp text not null default 'none' check (srtp in ('none', 'optional', 'required'));
alter table sip_devices add column srtp text not null default 'optional' check (srtp in ('none', 'optional', 'required'));

-- A number may be given back; calls from its time keep what was dialled in their own record.
grant delete on numbers to scc_app;
alter table calls drop constraint calls_tenant_id_number_id_fkey;
alter table calls add foreign key (tenant_id, number_id) references numbers (tenant_id, id) on delete set null (number_id);
