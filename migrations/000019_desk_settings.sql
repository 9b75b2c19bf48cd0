-- When a caller on hold counts as forgotten, seconds (0 = never), and whether the caller then comes back by itself.
alter table tenant_settings
  add column hold_alarm_seconds int not null default 120 check (hold_alarm_seconds between 0 and 3600),
  add column hold_auto_return boolean not null default false;
