-- What a call writes is most of what it costs the database.

-- Row level security lets rows of the bound tenant in only, and tenants are never deleted: the reference of each row to
-- its tenant adds nothing but a lock on the one row that all calls share.
alter table calls drop constraint calls_tenant_id_fkey;
alter table call_events drop constraint call_events_tenant_id_fkey;
alter table live_calls drop constraint live_calls_tenant_id_fkey;
alter table agent_states drop constraint agent_states_tenant_id_fkey;
alter table routing_decisions drop constraint routing_decisions_tenant_id_fkey;
alter table recordings drop constraint recordings_tenant_id_fkey;
alter table activities drop constraint activities_tenant_id_fkey;
alter table audit_events drop constraint audit_events_tenant_id_fkey;

-- Sealed bytes do not compress.
alter table calls alter column sealed set storage external;
alter table call_events alter column sealed set storage external;
alter table live_calls alter column sealed set storage external;
alter table audit_events alter column sealed set storage external;
alter table recordings alter column sealed_peaks set storage external;

-- Rows that live for the length of a call: room for new versions on the same page, which then need no index entries.
alter table live_calls set (fillfactor = 50);
alter table calls set (fillfactor = 80);
alter table recordings set (fillfactor = 80);
alter table audit_heads set (fillfactor = 10);
