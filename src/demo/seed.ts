import type { SccDatabase } from '../db/database.ts';
import type { Actor, TenantTx } from '../db/types.ts';
import { DEMO_FLOWS } from '../ivr/demo-flows.ts';
import { newId } from '../lib/ids.ts';
import { randomPassword } from '../lib/random-password.ts';
import { createTenant, type TenantBasics } from '../modules/tenants/tenants.service.ts';
import type { UserContent } from '../modules/users/user-content.ts';
import { hashPassword } from '../modules/users/passwords.ts';
import { createUser } from '../modules/users/users.service.ts';
import { toE164 } from '../vault/phone.ts';
import { seedRecords } from './seed-records.ts';

/** Code of the demo tenant. */
export const DEMO_SLUG = 'demo';
const STATIONS = 500;
const OPERATOR_LOGIN = 'operator';

const seeder: Actor = { kind: 'system', id: 'demo', ip: '' };

/** A log-in that is shown once, on the very first start. */
export interface FirstPassword {
  loginId: string;
  password: string;
}

interface DemoUser extends FirstPassword {
  hash: string;
  profile: 'SV' | 'CSR';
  content: UserContent;
  skills: Record<string, number>;
}

const NAMES: readonly (readonly [string, string])[] = [
  ['管理 花子', 'カンリ ハナコ'], ['監督 一郎', 'カントク イチロウ'], ['相田 葵', 'アイダ アオイ'], ['石橋 蓮', 'イシバシ レン'], ['上野 陽菜', 'ウエノ ヒナ'], ['江口 湊', 'エグチ ミナト'],
  ['大野 凛', 'オオノ リン'], ['片山 樹', 'カタヤマ イツキ'], ['北川 紬', 'キタガワ ツムギ'], ['久保 悠真', 'クボ ユウマ'], ['小山 芽依', 'コヤマ メイ'], ['酒井 律', 'サカイ リツ'],
];

function demoUser(loginId: string, index: number, password: string, hash: string): DemoUser {
  const [name = loginId, nameKana = ''] = NAMES[index] ?? [];
  const profile = loginId.startsWith('sv') ? 'SV' : 'CSR';
  const number = Number(loginId.replace(/\D/g, ''));
  const skills: Record<string, number> = profile === 'SV' ? {} : { support: 3 + (number % 3), ...(number <= 5 ? { sales: 3 } : {}), ...(number % 4 === 0 ? { english: 4 } : {}) };
  const content = { name, nameKana, department: profile === 'SV' ? '運営管理' : 'お客様窓口', email: `${loginId}@demo.example`, employeeNumber: `D${String(index + 1).padStart(4, '0')}` };
  return { loginId, password, hash, profile, content, skills };
}

/** Makes the people with their hashes first, because hashing is slow on purpose and the transaction should be short. */
async function demoUsers(fixedPassword: string | undefined): Promise<DemoUser[]> {
  const logins = ['sv1', 'sv2', ...Array.from({ length: 10 }, (_, index) => `csr${index + 1}`)];
  return Promise.all(
    logins.map(async (loginId, index) => {
      const password = fixedPassword ?? randomPassword();
      return demoUser(loginId, index, password, await hashPassword(password));
    }),
  );
}

async function insertUsers(tx: TenantTx, basics: TenantBasics, users: readonly DemoUser[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const user of users) {
    const id = await createUser(tx, { loginId: user.loginId, profileId: basics.profiles[user.profile], content: user.content, passwordHash: user.hash });
    ids.set(user.loginId, id);
    const skills = Object.entries(user.skills).map(([skill, level]) => ({ tenant_id: tx.tenantId, user_id: id, skill, level }));
    if (skills.length > 0) await tx.db.insertInto('user_skills').values(skills).execute();
  }
  return ids;
}

/** Queues by code; who works in them is a test on the user's skills. */
const QUEUES = [
  { code: 'support', name: 'サポート', required_skills: { support: 1 }, wrap_up_ms: 60_000, wrap_up_mode: 'extendable' },
  { code: 'sales', name: '営業', required_skills: { sales: 1 }, wrap_up_ms: 30_000 },
  { code: 'stations', name: '負荷試験', required_skills: {}, wrap_up_ms: 0, missed_offers_to_away: 0 },
] as const;

async function insertQueues(tx: TenantTx, users: readonly DemoUser[], userIds: ReadonlyMap<string, string>): Promise<void> {
  for (const { required_skills, ...queue } of QUEUES) {
    const id = newId();
    await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id, ...queue, required_skills: JSON.stringify(required_skills) }).execute();
    await tx.audit({ code: 'queue.created', subject: { kind: 'queue', id }, detail: { code: queue.code } });
    const members = users.filter((user) => queue.code in user.skills).map((user) => ({ tenant_id: tx.tenantId, queue_id: id, user_id: userIds.get(user.loginId) ?? '' }));
    if (members.length > 0) await tx.db.insertInto('queue_members').values(members).execute();
    if (queue.code === 'stations') await insertStations(tx, id);
  }
}

/** Agents at external SIP telephones, for load tests with an ordinary SIP client. */
async function insertStations(tx: TenantTx, queueId: string): Promise<void> {
  const rows = Array.from({ length: STATIONS }, (_, index) => ({
    tenant_id: tx.tenantId,
    id: newId(),
    queue_id: queueId,
    name: `station${index + 1}`,
    sip_uri: `sip:station${index + 1}@127.0.0.1:5090`,
  }));
  await tx.db.insertInto('stations').values(rows).execute();
}

async function insertNumbers(tx: TenantTx): Promise<void> {
  for (const { code, name, number, flow } of DEMO_FLOWS) {
    const flowId = newId();
    const numberId = newId();
    const e164 = toE164(number, 'JP') ?? number;
    await tx.db.insertInto('flows').values({ tenant_id: tx.tenantId, id: flowId, code, name, definition: JSON.stringify(flow) }).execute();
    await tx.db.insertInto('flow_versions').values({ tenant_id: tx.tenantId, flow_id: flowId, version: 1, definition: JSON.stringify(flow) }).execute();
    await tx.db.insertInto('numbers').values({ tenant_id: tx.tenantId, id: numberId, number: e164, label: name, flow_id: flowId }).execute();
    await tx.db.insertInto('number_directory').values({ number: e164, tenant: tx.tenantId }).execute();
    await tx.audit({ code: 'flow.created', subject: { kind: 'flow', id: flowId }, detail: { code } });
    await tx.audit({ code: 'number.created', subject: { kind: 'number', id: numberId }, detail: { number: e164, flow: code } });
  }
}

/** The demo's visitors may call from the browser: the first number, the whole way. */
async function enableWebCall(tx: TenantTx): Promise<void> {
  const webCallNumber = toE164(DEMO_FLOWS[0]?.number ?? '', 'JP');
  await tx.db.updateTable('tenant_settings').set({ web_call_enabled: true, web_call_number: webCallNumber }).where('tenant_id', '=', tx.tenantId).execute();
  await tx.audit({
    code: 'tenant.settings_changed',
    subject: { kind: 'tenant', id: tx.tenantId },
    detail: { before: { webCallEnabled: false, webCallNumber: null }, after: { webCallEnabled: true, webCallNumber } },
  });
}

async function createOperator(database: SccDatabase, fixedPassword: string | undefined): Promise<FirstPassword | null> {
  const password = fixedPassword ?? randomPassword();
  const hash = await hashPassword(password);
  const created = await database.withDirectory((db) =>
    db
      .insertInto('operators')
      .values({ id: newId(), login_id: OPERATOR_LOGIN, password_hash: hash })
      .onConflict((conflict) => conflict.column('login_id').doNothing())
      .returning('id')
      .executeTakeFirst(),
  );
  return created ? { loginId: OPERATOR_LOGIN, password } : null;
}

/** What the very first start shows. */
export interface DemoLogins {
  users: FirstPassword[];
  operator: FirstPassword | null;
}

/**
 * Creates the demo tenant, as a whole or not at all, and the operator. Does nothing when the tenant is there.
 * @param fixedPassword used for every log-in instead of random ones
 * @returns the log-ins to show once, or null when the demo was there already
 */
export async function seedDemo(database: SccDatabase, fixedPassword: string | undefined): Promise<DemoLogins | null> {
  if (await database.directory.tenantBySlug(DEMO_SLUG)) return null;
  const users = await demoUsers(fixedPassword);
  await createTenant(database, { slug: DEMO_SLUG, name: 'デモ株式会社' }, seeder, async (tx, basics) => {
    const userIds = await insertUsers(tx, basics, users);
    await insertQueues(tx, users, userIds);
    await insertNumbers(tx);
    await enableWebCall(tx);
    await seedRecords(tx, userIds.get('csr1') ?? null);
  });
  const operator = await createOperator(database, fixedPassword);
  return { users: users.map(({ loginId, password }) => ({ loginId, password })), operator };
}
