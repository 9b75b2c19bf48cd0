-- When the agent last opened the evaluation; what is told to them later counts as unread again.

alter table evaluations add column seen_at timestamptz;
