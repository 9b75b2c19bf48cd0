import type { z } from 'zod';
import { USER_COLUMNS, USER_HEADINGS, type ImportFault, type ImportLine, type importUsers as contract, type UserColumn, type UserImport, type UserImportAnswer } from '../../../shared/api/user-imports.ts';
import type { User } from '../../../shared/api/users.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { randomPassword } from '../../lib/random-password.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { csvOf, type TableFile } from '../support/table-file.ts';
import { hashIssuedPassword } from './passwords.ts';
import { permissionsOf } from './profile-permissions.ts';
import { listProfileRows, type ProfileRow } from './profiles.queries.ts';
import { faultyLine, fault, folded, readUserFile, type ReadLine, type WantedUser } from './user-file.ts';
import { findImport, insertImport, listImportRows, markUndone, type ImportRow } from './user-imports.queries.ts';
import { demandReach, ISSUED_PASSWORD_MS, keepAdministrator, losesLastAdministrator, tellUsersChanged, writeUser, type Move, type Taken, type UserLifeDeps } from './user-life.service.ts';
import { createUsers, userViews } from './users.service.ts';
import { activeUsersOfImport, listUserRows, usersNamed } from './users.queries.ts';

/** Everything that the lines of a file are held against. */
interface Facts {
  session: Session;
  profiles: ReadonlyMap<string, ProfileRow>;
  users: ReadonlyMap<string, User>;
}

/** A line with what it does. */
interface Judged {
  answer: ImportLine;
  /** null for a new user. */
  before: User | null;
  wanted: WantedUser;
  profileId: string | undefined;
}

const covers = (session: Session, profile: ProfileRow): boolean => permissionsOf(profile).every((permission) => session.permissions.has(permission));

const wordOf = (user: User, column: UserColumn): string => (column === 'profile' ? user.profileName : user[column]);

/** What of the line may not be, beside what is wrong with its cells. */
function faultsOf({ wanted, faults }: ReadLine, before: User | null, { session, profiles }: Facts): ImportFault[] {
  const profile = wanted.profile === undefined ? null : profiles.get(folded(wanted.profile));
  const present = before && profiles.get(before.profileId);
  const isOther = before !== null && ((profile && profile.id !== before.profileId) || (wanted.status !== undefined && wanted.status !== before.status));
  return [
    ...(before === null ? (['name', 'profile'] as const).filter((column) => wanted[column] === undefined && faults.every((each) => each.column !== column)).map((column) => fault(column, 'required')) : []),
    ...(profile === undefined ? [fault('profile', 'profile', wanted.profile)] : []),
    ...(profile && !covers(session, profile) ? [fault('profile', 'aboveYou', wanted.profile)] : []),
    ...(present && !covers(session, present) ? [fault(null, 'aboveYou')] : []),
    ...(isOther && before.id === session.personId ? [fault(null, 'ownAccount')] : []),
  ];
}

function judge(read: ReadLine, facts: Facts): Judged {
  const { line, wanted } = read;
  const before = facts.users.get(wanted.loginId ?? '') ?? null;
  const unreadable = read.faults.some((each) => each.fault === 'cells');
  const faults = unreadable ? read.faults : [...read.faults, ...faultsOf(read, before, facts)];
  const profile = wanted.profile === undefined ? undefined : facts.profiles.get(folded(wanted.profile));
  if (faults.length > 0) return { answer: faultyLine(read, faults), before, wanted, profileId: undefined };
  const named = profile ? { ...wanted, profile: profile.name } : wanted;
  const changes = USER_COLUMNS.flatMap((column) => {
    const [was, is] = [before ? wordOf(before, column) : '', named[column]];
    return is === undefined || is === was ? [] : [{ column, before: was, after: is }];
  });
  const action = before === null ? 'create' : changes.length === 0 ? 'unchanged' : 'change';
  return { answer: { line, loginId: wanted.loginId ?? '', name: wanted.name ?? before?.name ?? '', action, changes, faults }, before, wanted, profileId: profile?.id };
}

async function factsOf(tx: TenantTx, session: Session, lines: readonly ReadLine[], now: number): Promise<Facts> {
  const names = lines.flatMap(({ wanted: { loginId } }) => (loginId === undefined ? [] : [loginId]));
  const rows = await usersNamed(tx, names);
  const profiles = await listProfileRows(tx, null, 10_000);
  return {
    session,
    users: new Map((await userViews(tx, rows, now)).map((user) => [user.loginId, user])),
    // By id, name and code; a name counts before another's code.
    profiles: new Map(profiles.flatMap((profile) => [[folded(profile.code), profile] as const]).concat(profiles.map((profile) => [folded(profile.name), profile]), profiles.map((profile) => [profile.id, profile]))),
  };
}

/** The users that are changed, and new ones, as they will be. */
const movesOf = (judged: readonly Judged[]): Move[] =>
  judged
    .filter(({ answer }) => answer.action === 'create' || answer.action === 'change')
    .map(({ before, wanted, profileId }) => ({ id: before?.id ?? '', profileId: profileId ?? before?.profileId ?? '', active: (wanted.status ?? before?.status) !== 'disabled' }));

const countOf = (judged: readonly Judged[], action: ImportLine['action']): number => judged.filter(({ answer }) => answer.action === action).length;

/** Says what a file of users would do, or does it in one transaction. With a fault nothing is changed. */
export async function importUsers(deps: UserLifeDeps, context: RequestContext, given: z.output<typeof contract.query>, bytes: Buffer): Promise<UserImportAnswer> {
  const { session } = context;
  const now = deps.clock.wall();
  const file = readUserFile(bytes);
  const { answer, taken } = await context.inTenant(async (tx) => {
    const facts = await factsOf(tx, session, file.lines, now);
    const judged = file.lines.map((line) => judge(line, facts));
    const faulty = countOf(judged, 'fault');
    const faults = file.faults.length > 0 || faulty > 0 ? file.faults : (await losesLastAdministrator(tx, movesOf(judged))) ? [fault(null, 'lastAdministrator')] : [];
    const [creates, changes, unchanged] = [countOf(judged, 'create'), countOf(judged, 'change'), countOf(judged, 'unchanged')];
    const said = { lines: judged.map((each) => each.answer), faults, creates, changes, unchanged, faulty, importId: null, passwords: null };
    if (given.mode === 'try' || faults.length > 0 || faulty > 0 || creates + changes === 0) return { answer: said, taken: [] };
    const applied = await apply(tx, judged, { ...given, now });
    return { answer: { ...said, ...applied.told }, taken: applied.taken };
  });
  if (answer.importId !== null) tellUsersChanged(deps, session.tenantId, taken);
  return answer;
}

async function apply(tx: TenantTx, judged: readonly Judged[], { fileName, lang, now }: { fileName: string; lang: 'ja' | 'en'; now: number }) {
  const importId = newId();
  const counts = { created: countOf(judged, 'create'), changed: countOf(judged, 'change'), unchanged: countOf(judged, 'unchanged') };
  await insertImport(tx, { id: importId, sealed: tx.vault.seal(place(importId), { fileName } satisfies ImportContent), ...counts });
  await tx.audit({ code: 'user_import.applied', subject: { kind: 'userImport', id: importId }, detail: { fileName, ...counts } });
  const issued = await Promise.all(judged.filter(({ answer }) => answer.action === 'create').map(issue));
  const passwordUntil = new Date(now + ISSUED_PASSWORD_MS);
  await createUsers(tx, issued.map(({ user }) => ({ ...user, passwordUntil, importId })));
  const taken: Taken[] = [];
  for (const { before, wanted, profileId, answer } of judged) {
    if (before === null || answer.action !== 'change') continue;
    const { loginId: _, profile: __, status, ...content } = wanted;
    const written = await writeUser(tx, before, { ...content, status: status as User['status'] | undefined, profileId }, now);
    if (written) taken.push(written);
  }
  return { told: { importId, passwords: issued.length === 0 ? null : csvOf(passwordFile(issued, passwordUntil, lang)) }, taken };
}

/** A new user with a password of its own. */
async function issue({ wanted, profileId = '' }: Judged) {
  const password = randomPassword();
  const { loginId = '', name = '', nameKana = '', department = '', email = '', employeeNumber = '' } = wanted;
  const user = {
    loginId, profileId, content: { name, nameKana, department, email, employeeNumber },
    passwordHash: await hashIssuedPassword(password),
    status: wanted.status === 'disabled' ? ('disabled' as const) : ('active' as const),
  };
  return { user, password };
}

function passwordFile(issued: readonly Awaited<ReturnType<typeof issue>>[], until: Date, lang: 'ja' | 'en'): TableFile {
  const head = lang === 'ja' ? ['ログインID', '氏名', '初回パスワード', '有効期限 (UTC)'] : ['Login ID', 'Name', 'First password', 'Works until (UTC)'];
  return { name: 'passwords', preface: [], head, rows: issued.map(({ user, password }) => [user.loginId, user.content.name, password, until.toISOString()]) };
}

/** The users as a table that `importUsers` reads; without rows it is the template. */
export async function userFile(tx: TenantTx, now: number, { rows, lang }: { rows: 'all' | 'none'; lang: 'ja' | 'en' }): Promise<TableFile> {
  const statuses = lang === 'ja' ? { active: '有効', disabled: '無効' } : { active: 'active', disabled: 'disabled' };
  const found = rows === 'all' ? await userViews(tx, await listUserRows(tx, null, undefined, 100_000), now) : [];
  return {
    name: lang === 'ja' ? 'ユーザー' : 'Users',
    preface: [],
    head: USER_COLUMNS.map((column) => USER_HEADINGS[lang][column]),
    rows: found.map((user) => USER_COLUMNS.map((column) => (column === 'status' ? statuses[user.status] : wordOf(user, column)))),
  };
}

/** Sealed part of an import. */
interface ImportContent {
  fileName: string;
}

const place = (id: string) => ({ table: 'user_imports', column: 'sealed', id });

const viewOf = (tx: TenantTx) => (row: ImportRow): UserImport => ({
  ...recordOf(row),
  ...tx.vault.open<ImportContent>(place(row.id), row.sealed),
  created: row.created,
  changed: row.changed,
  unchanged: row.unchanged,
  active: Number(row.active ?? 0),
  waiting: Number(row.waiting ?? 0),
  undoneAt: isoOrNull(row.undone_at),
});

export async function listUserImports(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listImportRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, viewOf(tx), (row) => ({ key: '', id: row.id }));
}

/** @throws AppError `not_found` */
async function importView(tx: TenantTx, id: string): Promise<UserImport> {
  const row = await findImport(tx, id);
  if (!row) throw notFound('import');
  return viewOf(tx)(row);
}

/**
 * Disables the users that an import created. What it changed of others is in the audit log, and stays.
 * @throws AppError `not_found`, `nothing_to_undo`, `above_you`, `last_administrator`
 */
export async function undoUserImport(deps: UserLifeDeps, context: RequestContext, id: string): Promise<{ import: UserImport; disabled: number }> {
  const { session } = context;
  const now = deps.clock.wall();
  const { view, taken } = await context.inTenant(async (tx) => {
    await importView(tx, id);
    // The caller may be one of them: nobody disables oneself.
    const rows = (await activeUsersOfImport(tx, id)).filter((row) => row.id !== session.personId);
    if (rows.length === 0) throw conflict('nothing_to_undo', 'None of the users that it created is active.');
    for (const row of rows) demandReach(session, row);
    await keepAdministrator(tx, rows.map((row) => ({ id: row.id, profileId: row.profile_id, active: false })));
    const gone: Taken[] = [];
    for (const user of await userViews(tx, rows, now)) gone.push(...[await writeUser(tx, user, { status: 'disabled' }, now)].filter((each) => each !== null));
    await markUndone(tx, id, new Date(now));
    await tx.audit({ code: 'user_import.undone', subject: { kind: 'userImport', id }, detail: { disabled: gone.length } });
    return { view: await importView(tx, id), taken: gone };
  });
  tellUsersChanged(deps, session.tenantId, taken);
  return { import: view, disabled: taken.length };
}
