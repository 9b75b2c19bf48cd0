-- When the provider of single sign-on, asked anew, last said that the owner of a session is there; null = never, or spent by what it was asked for.
alter table sessions add column proved_at timestamptz;
