-- Of which queue the call or wrap-up of a state is, so that an agent's time can be told apart by queue.
alter table agent_states add column queue_id uuid;
