-- Operators prove more than a password, have a role, and can be kept out without losing what they did.
alter table operators
  -- Secret of the app and hashes of the recovery codes that are left, under the master key: operators belong to no tenant.
  add column factor bytea,
  -- Null until a first code proved that the app knows the secret: until then the console shows nothing but the set-up.
  add column factor_confirmed_at timestamptz,
  -- The 30 s step of the last code used: a code is taken once (RFC 6238 section 5.2).
  add column factor_last_step int not null default 0,
  add column role text not null default 'admin' check (role in ('admin', 'staff')),
  add column disabled_at timestamptz;

alter table operator_events drop constraint operator_events_code_check;
alter table operator_events add constraint operator_events_code_check check (code in (
  'login', 'login_refused', 'logout', 'password_reset', 'tenant_suspended', 'tenant_resumed',
  'key_created', 'key_rotated', 'key_retired', 'key_exported', 'key_imported', 'key_destroyed', 'master_key_rotated',
  'backup_made', 'backup_failed', 'backup_verified', 'backup_restored', 'audit_exported',
  'second_factor_enabled', 'second_factor_reset', 'recovery_code_used',
  'operator_created', 'operator_disabled', 'operator_enabled', 'operator_role_changed', 'session_revoked'));
