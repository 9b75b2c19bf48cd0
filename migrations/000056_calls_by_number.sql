-- Calls are found by the number of the other side, whole or by its last four digits: keyed tokens, as customers have them. Null: a
-- call from before, whose tokens are made in the background; empty: it has no number.
alter table calls
  add column number_token bytea,
  add column number_end_token bytea;
create index calls_number on calls (tenant_id, number_token, started_at desc, id desc);
create index calls_number_end on calls (tenant_id, number_end_token, started_at desc, id desc);
create index calls_untokened on calls (tenant_id, id) where number_token is null;
