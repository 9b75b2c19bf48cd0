-- Uploaded sounds are sealed like recordings, each under a key of its own. Sounds from before lie unsealed: they are given up,
-- and their files go at the next start, as every file of a sound that no row names.
truncate prompts;

alter table prompts
  add column key_version int not null,
  -- Sealed under the tenant's key.
  add column wrapped_key bytea not null;
