-- How many sessions a user may have at a time: one more login ends the one that was used least lately.
alter table login_settings add column max_sessions integer not null default 10 check (max_sessions between 1 and 50);
