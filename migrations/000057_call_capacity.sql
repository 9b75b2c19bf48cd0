-- How many calls of queues a user may have at once: one in conversation, the others on hold.
alter table users add column call_capacity integer not null default 1 check (call_capacity between 1 and 3);
-- The part of a call's hold in which the work of its agent was in another call: counted there.
alter table calls add column aside_ms integer not null default 0 check (aside_ms >= 0);
