-- The script that the call's flow chose, before that of its queue; kept for who opens the call after its end.

alter table calls add column script_id uuid,
  add foreign key (tenant_id, script_id) references scripts (tenant_id, id);
