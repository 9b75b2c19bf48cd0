import { systemClock } from '../lib/clock.ts';
import { notFound } from '../lib/errors.ts';
import { randomPassword } from '../lib/random-password.ts';
import { liftLocks } from '../modules/users/login-origins.ts';
import { hashPassword } from '../modules/users/passwords.ts';
import { allowPassword } from '../modules/single-sign-on/provider.service.ts';
import { takeSecondFactor } from '../modules/users/second-factor.service.ts';
import { revokeSessionsOfUser } from '../modules/users/sessions.queries.ts';
import { findLogin, patchUser } from '../modules/users/users.queries.ts';
import { createUser } from '../modules/users/users.service.ts';
import { createTenant, setTenantStatus } from '../modules/tenants/tenants.service.ts';
import type { TenantRow } from '../db/types.ts';
import { print, table } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

/** `scc tenant list` */
export async function listTenantsCommand(): Promise<void> {
  const tenants = await withDatabase((database) => database.directory.tenants());
  for (const line of table([['CODE', 'NAME', 'STATUS', 'ID'], ...tenants.map((row) => [row.slug, row.name, row.status, row.id])])) print(line);
}

/** Log-in of a new tenant's first supervisor. */
const FIRST_LOGIN = 'sv1';

/** `scc tenant create CODE NAME`: the tenant with one supervisor, who sets up the rest. */
export async function createTenantCommand(slug: string, name: string): Promise<void> {
  const password = randomPassword();
  const passwordHash = await hashPassword(password);
  const content = { name: FIRST_LOGIN, nameKana: '', department: '', email: '', employeeNumber: '' };
  await withDatabase((database) =>
    createTenant(database, { slug, name }, cliActor, (tx, { profiles }) => createUser(tx, { loginId: FIRST_LOGIN, profileId: profiles.SV, content, passwordHash })),
  );
  print(`created ${slug}; first log-in, shown only this once:`);
  print(`  ${FIRST_LOGIN}  ${password}`);
}

/** `scc tenant reset-password CODE LOGIN`: a new random password; ends the user's sessions and lifts a lock. */
export async function resetPasswordCommand(slug: string, loginId: string): Promise<void> {
  const password = randomPassword();
  const passwordHash = await hashPassword(password);
  await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    await database.withTenant(tenantId, cliActor, async (tx) => {
      const user = await findLogin(tx, loginId);
      if (!user) throw notFound('user');
      await patchUser(tx, user.id, { password_hash: passwordHash, password_until: null });
      await liftLocks(tx, user.id, { forget: true });
      const ended = await revokeSessionsOfUser(tx, user.id, new Date(systemClock.wall()), null);
      await tx.audit({ code: 'user.password_changed', subject: { kind: 'user', id: user.id }, detail: { by: 'command line', sessionsEnded: ended.length } });
    });
  });
  print(`${loginId}  ${password}`);
}

/** `scc tenant reset-second-factor CODE LOGIN`: for the last supervisor, whose telephone and recovery codes are lost. */
export async function resetSecondFactorCommand(slug: string, loginId: string): Promise<void> {
  const ended = await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    return database.withTenant(tenantId, cliActor, async (tx) => {
      const user = await findLogin(tx, loginId);
      if (!user) throw notFound('user');
      return takeSecondFactor(tx, user.id, new Date(systemClock.wall()), { by: 'command line' });
    });
  });
  print(`${loginId}: no second factor any more, ${ended.length} sessions ended`);
}

/** `scc tenant allow-password CODE`: for a tenant whose provider is away and whose named administrator cannot come in either. */
export async function allowPasswordCommand(slug: string): Promise<void> {
  const changed = await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    return database.withTenant(tenantId, cliActor, (tx) => allowPassword(tx, { by: 'command line' }));
  });
  print(changed ? `${slug}: everybody may log in by password again` : `${slug}: everybody may log in by password already`);
}

/** `scc tenant suspend CODE`, `scc tenant resume CODE` */
export async function tenantStatusCommand(slug: string, status: TenantRow['status']): Promise<void> {
  await withDatabase((database) => setTenantStatus(database, slug, status, cliActor));
  print(`${slug}: ${status}`);
}
