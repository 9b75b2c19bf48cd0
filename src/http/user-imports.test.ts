import iconv from 'iconv-lite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MOST_IMPORTED_USERS, type UserImportAnswer } from '../../shared/api/user-imports.ts';
import { PERMISSIONS } from '../../shared/permissions.ts';
import { readCsv } from '../modules/support/csv-read.ts';
import { addProfile, createWorld, type TestAnswer, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let tenants = 0;

beforeAll(async () => {
  world = await createWorld({ rateLimits: { heavy: { max: 1000, windowMs: 60_000 } } });
});
afterAll(() => world.close());
beforeEach(async () => {
  people = await world.addTenant(`imports${++tenants}`, 'アクメ株式会社');
  sv = await world.logIn(people, 'sv1');
});

const send = (mode: 'try' | 'apply', csv: string | Buffer, by = sv): Promise<TestAnswer> =>
  by.call('POST', `/users/import?mode=${mode}&fileName=people.csv`, Buffer.from(csv), { 'content-type': 'text/csv' });
const told = async (mode: 'try' | 'apply', csv: string | Buffer, by = sv): Promise<UserImportAnswer> => {
  const answer = await send(mode, csv, by);
  expect([answer.status, answer.raw.toString().slice(0, answer.status === 200 ? 0 : 500)]).toEqual([200, '']);
  return answer.body as unknown as UserImportAnswer;
};
const users = async () => ((await sv.call('GET', '/users?limit=200')).body as unknown as { items: { loginId: string; name: string; department: string; status: string; profileCode: string }[] }).items;
const codes = async (): Promise<string[]> => ((await sv.call('GET', '/audit?limit=200')).body as unknown as { items: { code: string }[] }).items.map(({ code }) => code);

const JAPANESE = 'ログインID,氏名,氏名カナ,部署,メールアドレス,従業員番号,プロファイル,状態\r\ntanaka,田中 花子,タナカ ハナコ,第一課,tanaka@example.jp,0042,一般ユーザー,有効\r\nｃｓｒ１,User csr1,ユーザー,第二課,csr1@example.com,,,\r\ncsr2,User csr2,ユーザー,,csr2@example.com,,CSR,有効\r\n';

describe('a file of users', () => {
  it.each([
    ['UTF-8', Buffer.from(JAPANESE)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${JAPANESE}`)],
    ['CP932', iconv.encode(JAPANESE, 'cp932')],
    ['English headings in another order', Buffer.from('Profile,login id,Department,NAME,name in kana,e-mail,Employee no,Status\n一般ユーザー,Tanaka,第一課,田中 花子,タナカ ハナコ,tanaka@example.jp,0042,\n,csr1,第二課,User csr1,ユーザー,csr1@example.com,,\nＣＳＲ,csr2,,User csr2,ユーザー,csr2@example.com,,active')],
  ])('in %s says line by line what would happen, and does nothing', async (_, bytes) => {
    const answer = await told('try', bytes);
    expect(answer).toMatchObject({ creates: 1, changes: 1, unchanged: 1, faulty: 0, faults: [], importId: null, passwords: null });
    expect(answer.lines.map(({ line, loginId, action }) => [line, loginId, action])).toEqual([[2, 'tanaka', 'create'], [3, 'csr1', 'change'], [4, 'csr2', 'unchanged']]);
    expect(answer.lines[1]?.changes).toEqual([{ column: 'department', before: '', after: '第二課' }]);
    expect(await users()).toHaveLength(3);
    expect(await codes()).not.toContain('user_import.applied');
  });

  it('is taken in one piece, with passwords that are told once and have to be changed', async () => {
    const answer = await told('apply', JAPANESE);
    expect(answer.importId).not.toBeNull();
    const [head, row] = readCsv(answer.passwords ?? '');
    expect(head?.cells).toEqual(['ログインID', '氏名', '初回パスワード', '有効期限 (UTC)']);
    const [loginId, name, password = ''] = row?.cells ?? [];
    expect([loginId, name]).toEqual(['tanaka', '田中 花子']);
    const entered = await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'tanaka', password } });
    expect(entered.status).toBe(200);
    const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie } })).body).toMatchObject({ mustChangePassword: true });
    expect((await users()).find((user) => user.loginId === 'csr1')).toMatchObject({ department: '第二課', name: 'User csr1' });
    const seen = await codes();
    expect(['user_import.applied', 'user.created', 'user.updated'].map((code) => seen.filter((each) => each === code).length)).toEqual([1, 4, 1]);
    expect((await sv.call('GET', '/user-imports')).body).toMatchObject({ items: [{ id: answer.importId, fileName: 'people.csv', created: 1, changed: 1, unchanged: 1, active: 1, waiting: 1, undoneAt: null }] });
    expect((await sv.call('GET', '/user-imports')).raw.toString()).not.toContain(password);
    // The same again is nothing to do.
    expect(await told('apply', JAPANESE)).toMatchObject({ creates: 0, changes: 0, unchanged: 3, importId: null });
  });

  it('that is taken back leaves its new users disabled', async () => {
    const { importId } = await told('apply', JAPANESE);
    expect((await sv.call('POST', `/user-imports/${importId}/undo`)).body).toMatchObject({ disabled: 1, import: { active: 0 } });
    expect((await users()).map(({ loginId, status }) => [loginId, status])).toEqual(expect.arrayContaining([['tanaka', 'disabled'], ['csr1', 'active']]));
    expect((await sv.call('POST', `/user-imports/${importId}/undo`)).body.code).toBe('nothing_to_undo');
    expect(await codes()).toEqual(expect.arrayContaining(['user_import.undone', 'user.disabled']));
  });

  it('ends sessions of those whom it disables', async () => {
    const csr = await world.logIn(people, 'csr2');
    await told('apply', 'ログインID,状態\ncsr2,無効\n');
    expect((await csr.call('GET', '/session')).status).toBe(401);
  });

  it('with a fault changes nothing, and every fault is told with its column and text', async () => {
    const answer = await told('apply', 'ログインID,氏名,メールアドレス,プロファイル,状態\n田中,x,,CSR,\nnew1,,,CSR,\nnew2,x,,なし,\nnew3,x,no address,,いいえ\ncsr1,x,,,\ncsr1,y,,,\nsv1,x,,CSR,\nok,x,,CSR,,extra\nfine,x,,CSR,\n');
    const faults = answer.lines.filter(({ action }) => action === 'fault').map(({ line, faults: found }) => [line, ...found.map(({ column, fault, text }) => `${column} ${fault} ${text}`.trim())]);
    expect(faults).toEqual([
      [2, 'loginId invalid 田中'],
      [3, 'name required'],
      [4, 'profile profile なし'],
      [5, 'email invalid no address', 'status status いいえ', 'profile required'],
      [7, 'loginId twice 6'],
      [8, 'null ownAccount'],
      [9, 'null cells ok,x,,CSR,,extra'],
    ]);
    expect(answer).toMatchObject({ faulty: 7, creates: 1, changes: 1, importId: null, passwords: null });
    expect(await users()).toHaveLength(3);
  });

  it('names one fault of a cell once', async () => {
    const answer = await told('try', `ログインID,氏名,プロファイル\nnew1,${'長'.repeat(101)},CSR\n`);
    expect(answer.lines.map(({ faults }) => faults)).toEqual([[{ column: 'name', fault: 'invalid', text: '長'.repeat(100) }]]);
  });

  it('is not taken back by who may do less than the users it created', async () => {
    const { importId } = await told('apply', 'login id,name,profile\nnew1,x,SV\n');
    await addProfile(world, people, { name: '人事', permissions: ['user.manage', 'user.read'], userId: people.csr });
    expect((await (await world.logIn(people, 'csr1')).call('POST', `/user-imports/${importId}/undo`)).body.code).toBe('above_you');
  });

  it.each([
    ['empty', ''],
    ['empty', 'ログインID,氏名\n'],
    ['missingColumn', '氏名\nx\n'],
    ['unknownColumn', 'ログインID,星座\nx,y\n'],
    ['twiceColumn', 'ログインID,氏名,名前\nx,y,z\n'],
    ['encoding', Buffer.from([0x81, 0x20, 0xff, 0xfe, 0x0a])],
    ['tooMany', `ログインID\n${'csr1\n'.repeat(MOST_IMPORTED_USERS + 1)}`],
  ])('is refused as a whole: %s', async (kind, csv) => {
    const answer = await told('apply', csv);
    expect(answer.faults.map(({ fault }) => fault)).toEqual([kind]);
    expect(answer).toMatchObject({ lines: [], importId: null });
  });

  it('reaches no further than who sends it', async () => {
    await addProfile(world, people, { name: '人事', permissions: ['user.manage', 'user.read'], userId: people.csr });
    const clerk = await world.logIn(people, 'csr1');
    const answer = await told('apply', 'login id,name,profile\nnew1,x,SV\nsv1,taken over,\nnew2,x,人事\ncsr2,x,\n', clerk);
    expect(answer.lines.map(({ faults }) => faults.map(({ column, fault }) => `${column} ${fault}`))).toEqual([['profile aboveYou'], ['null aboveYou'], [], ['null aboveYou']]);
    expect((await send('try', JAPANESE, await world.logIn(people, 'csr2'))).status).toBe(403);
  });

  it('does not take the last administrator away, but may put another in the place', async () => {
    await addProfile(world, people, { name: '代行', permissions: PERMISSIONS, userId: people.csr });
    const deputy = await world.logIn(people, 'csr1');
    const answer = await told('apply', 'login id,profile\nsv1,CSR\n', deputy);
    expect(answer).toMatchObject({ faults: [{ fault: 'lastAdministrator' }], importId: null });
    expect(await told('apply', 'login id,profile\nsv1,CSR\ncsr2,SV\n', deputy)).toMatchObject({ faults: [], changes: 2 });
    expect((await sv.call('GET', '/users')).status).toBe(403);
  });

  it('of two thousand lines is taken within the time of a request', async () => {
    const lines = Array.from({ length: MOST_IMPORTED_USERS }, (_, index) => `user${index},利用者 ${index},,第${index % 9}課,user${index}@example.jp,${index},CSR,`);
    const csv = `ログインID,氏名,氏名カナ,部署,メールアドレス,従業員番号,プロファイル,状態\n${lines.join('\n')}\n`;
    const start = performance.now();
    const answer = await told('apply', csv);
    expect(answer).toMatchObject({ creates: MOST_IMPORTED_USERS, faulty: 0 });
    expect(readCsv(answer.passwords ?? '')).toHaveLength(MOST_IMPORTED_USERS + 1);
    expect(performance.now() - start).toBeLessThan(30_000);
    expect((await sv.call('GET', '/audit/verify')).body).toMatchObject({ whole: true });
  }, 60_000);
});

describe('the users as a file', () => {
  it('come back as they were, and hold nothing that a spreadsheet runs', async () => {
    const wild = ['=HYPERLINK("http://evil.example")', '+81', '@SUM(1)', '-1', '＝１'];
    await told('apply', `ログインID,氏名,部署,プロファイル\n${wild.map((text, index) => `w${index},"${text.replaceAll('"', '""')}",${text.includes('"') ? 'x' : text},CSR`).join('\n')}\n`);
    for (const format of ['csv', 'csv-cp932']) {
      const file = (await sv.call('GET', `/users/export?format=${format}&lang=en`)).raw;
      const cells = readCsv(iconv.decode(file, format === 'csv' ? 'utf8' : 'cp932')).flatMap((row) => row.cells);
      expect(cells.filter((cell) => /^\s*[=+\-@＝＋－＠]/u.test(cell))).toEqual([]);
      expect(await told('try', file)).toMatchObject({ creates: 0, changes: 0, unchanged: 8, faulty: 0, faults: [] });
    }
    expect((await users()).map(({ name }) => name)).toEqual(expect.arrayContaining(wild));
    expect(await codes()).toContain('report.exported');
  });

  it('has a template of its head alone', async () => {
    const file = (await sv.call('GET', '/users/export?rows=none')).raw.toString();
    expect(file).toBe('\ufeffログインID,氏名,氏名カナ,部署,メールアドレス,従業員番号,プロファイル,状態\r\n');
    expect((await told('try', file)).faults).toMatchObject([{ fault: 'empty' }]);
  });
});
