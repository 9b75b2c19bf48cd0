-- When somebody first heard it: telephones show how many voicemails nobody has heard yet.
alter table recordings add column played_at timestamptz;

create index recordings_voicemail on recordings (tenant_id) where kind = 'voicemail';
