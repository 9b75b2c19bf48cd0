import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { startHttp, type RunningHttp } from '../src/http/start-http.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { createDomainEvents } from '../src/modules/support/domain-events.ts';
import { hashPassword } from '../src/modules/users/passwords.ts';
import { createUser } from '../src/modules/users/users.service.ts';
import { createFileStore } from '../src/store/file-store.ts';
import { boardDelays } from './_board-delay.ts';
import { deskPaint } from './_desk-paint.ts';
import { liveBoard } from './_live-board.ts';
import { addCustomers, figuresOf, openBenchDatabase, type BenchDatabase } from './_customers.ts';

/*
 * Time of API requests over real HTTP on this machine, session and permission checks included; how long a call takes to the
 * supervisor's board (changes are sent ten times a second at most); the same with many agents who change and many who watch; and
 * how soon the desk is painted by a browser that has seen nothing of it:
 * `npm run bench -- web --records 2000 --requests 300 --clients 8 --boards 100 --agents 500 --viewers 50 --rate 50 --seconds 20 --visits 7`.
 * `--only api`, `board`, `live` or `desk` measures that alone.
 */

const PASSWORD = 'a bench phrase of its own';
const WIDE = { max: 10_000_000, windowMs: 60_000 };

type Send = (method: string, path: string, body?: object) => Promise<{ status: number; body: Record<string, unknown> }>;

export async function run(args: Record<string, string>): Promise<object> {
  const number = (name: string, usual: number): number => Number(args[name] ?? usual);
  const isWanted = (part: string): boolean => args['only'] === undefined || args['only'].split(',').includes(part);
  const figures: Record<string, unknown> = {};
  if (isWanted('api')) Object.assign(figures, await apiTimes(number('records', 2000), number('requests', 300), number('clients', 8)));
  if (isWanted('board')) Object.assign(figures, { boards: number('boards', 100), boardUpdate: figuresOf(await boardDelays(number('boards', 100))) });
  if (isWanted('live')) figures['live'] = await liveBoard({ agents: number('agents', 500), viewers: number('viewers', 50), rate: number('rate', 50), seconds: number('seconds', 20) });
  if (isWanted('desk')) figures['desk'] = await deskPaint(number('visits', 7));
  return figures;
}

async function apiTimes(records: number, requests: number, clients: number): Promise<object> {
  const bench = await openBenchDatabase();
  let server: RunningHttp | undefined;
  try {
    await addCustomers(bench, records);
    server = await serve(bench);
    const send = await logIn(bench, server.port);
    const routes = await routesToMeasure(send);
    const oneClient: Record<string, object> = {};
    const manyClients: Record<string, object> = {};
    for (const [name, call] of Object.entries(routes)) {
      await measure(call, 20, 1);
      oneClient[name] = figuresOf(await measure(call, requests, 1));
      manyClients[name] = figuresOf(await measure(call, requests, clients));
    }
    return { records, requests, clients, oneClient, manyClients };
  } finally {
    await server?.close();
    await bench.close();
  }
}

function serve(bench: BenchDatabase): Promise<RunningHttp> {
  return startHttp({
    database: bench.opened.database,
    store: createFileStore(join(bench.folder, 'store')),
    clock: systemClock,
    logger: silentLogger,
    events: createDomainEvents(() => undefined),
    checks: [],
    plugins: [],
    promptNames: [],
    webDir: join(bench.folder, 'no-web'),
    auditSigner: bench.opened.master.signer,
    version: 'bench',
    host: '127.0.0.1',
    port: 0,
    operatorPort: 0,
    rateLimits: { normal: WIDE, heavy: WIDE, login: WIDE, public: WIDE },
  });
}

async function logIn(bench: BenchDatabase, port: number): Promise<Send> {
  const passwordHash = await hashPassword(PASSWORD);
  const slug = await bench.opened.database.withTenant(bench.tenantId, bench.actor, async (tx) => {
    const profile = await tx.db.selectFrom('profiles').select('id').where('code', '=', 'SV').executeTakeFirstOrThrow();
    const content = { name: 'Bench', nameKana: '', department: '', email: '', employeeNumber: '' };
    await createUser(tx, { loginId: 'bench', profileId: profile.id, passwordHash, content });
    return (await tx.db.selectFrom('tenants').select('slug').where('id', '=', tx.tenantId).executeTakeFirstOrThrow()).slug;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const headers: Record<string, string> = {};
  const send: Send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = httpRequest(
        { agent, host: '127.0.0.1', port, method, path: `/api/v1${path}`, headers: { ...headers, ...(payload ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) } : {}) } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            const cookie = answer.headers['set-cookie']?.[0]?.split(';', 1)[0];
            if (cookie) headers['cookie'] = cookie;
            const text = Buffer.concat(parts).toString('utf8');
            resolve({ status: answer.statusCode ?? 0, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) });
          });
          answer.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  const { status, body } = await send('POST', '/login', { tenant: slug, loginId: 'bench', password: PASSWORD });
  if (status !== 200) throw new Error(`The bench cannot log in: ${status}`);
  headers['x-csrf-token'] = String(body['csrfToken']);
  return send;
}

async function routesToMeasure(send: Send): Promise<Record<string, () => Promise<unknown>>> {
  const { body } = await send('GET', '/customers?limit=1');
  const customerId = (body['items'] as { id: string }[])[0]?.id ?? '';
  const good = async (method: string, path: string, content?: object): Promise<void> => {
    const answer = await send(method, path, content);
    if (answer.status >= 300) throw new Error(`${method} ${path} answers ${answer.status}`);
  };
  return {
    session: () => good('GET', '/session'),
    customer: () => good('GET', `/customers/${customerId}`),
    customerList: () => good('GET', '/customers?limit=50'),
    customerSearch: () => good('GET', `/customers?limit=20&q=${encodeURIComponent('佐藤')}`),
    timeline: () => good('GET', `/customers/${customerId}/timeline?limit=20`),
    callList: () => good('GET', '/calls?limit=50'),
    createNote: () => good('POST', '/activities', { customerId, text: '折り返しの連絡を希望。' }),
  };
}

async function measure(call: () => Promise<unknown>, requests: number, clients: number): Promise<number[]> {
  const samples: number[] = [];
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const began = performance.now();
      await call();
      samples.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, worker));
  return samples;
}
