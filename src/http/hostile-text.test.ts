import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyFor, uploadType, pathFor, routesOf, type Route } from './testing/isolation-matrix.ts';
import { addTwin, type Twin } from './testing/twins.ts';
import { createWorld, type TestClient, type World } from './testing/world.ts';

const WIDE = { max: 100_000, windowMs: 60_000 };

/** Texts that break what is careless: databases, logs, parsers, pages. */
const HOSTILE = ['a\u0000b', '\ud800', '\u202e\u0007', "'; select pg_sleep(9); --", '%00%ff', '<script>alert(1)</script>', '\r\nSet-Cookie: x=1', '${7*7}{{7*7}}', 'a'.repeat(100_000), '9'.repeat(400), '-1', '1e400', 'NaN', '２'];

let world: World;
let twin: Twin;
let sv: TestClient;
let routes: Route[];

beforeAll(async () => {
  world = await createWorld({ rateLimits: { normal: WIDE, heavy: WIDE, login: WIDE, public: WIDE } });
  twin = await addTwin(world, 'acme', 1);
  sv = await world.logIn(twin.people, 'sv1');
  routes = routesOf((await world.request('GET', '/api/openapi.json')).body as unknown as Parameters<typeof routesOf>[0]);
});
afterAll(() => world.close());

/** Requests with a hostile text in every place of a route where a value fits, one at a time. */
function* requestsOf(route: Route): Generator<{ where: string; path: string; body?: unknown }> {
  const path = pathFor(route, twin);
  const body = route.operation.operationId === 'login' ? { tenant: 'acme', loginId: 'x', password: 'x' } : bodyFor(route, twin);
  for (const text of HOSTILE) {
    const encoded = encodeURIComponent(text.toWellFormed());
    for (const parameter of route.operation.parameters) {
      const where = `${route.operation.operationId} ${parameter.name} ${JSON.stringify(text).slice(0, 30)}`;
      if (parameter.in === 'query') yield { where, path: `${path}?${parameter.name}=${encoded}`, body };
      // A path beyond the limit of the router has no route, which is an answer too.
      else yield { where, path: route.path.replace(/\{\w+\}/, encoded.slice(0, 500)), body };
    }
    const schema = route.operation.requestBody?.content['application/json']?.schema;
    for (const field of Object.keys(schema?.properties ?? {})) {
      const where = `${route.operation.operationId} body.${field} ${JSON.stringify(text).slice(0, 30)}`;
      yield { where, path, body: { ...(body as object), [field]: text } };
      if (!HOSTILE.slice(0, 3).includes(text)) continue;
      yield { where: `${where} in a list`, path, body: { ...(body as object), [field]: [text] } };
      yield { where: `${where} as a key`, path, body: { ...(body as object), [field]: { [text]: text } } };
    }
  }
}

/** Each has the time of a test of its own. */
const PARTS = 4;
/** Requests under way at a time: the database works at one while we read another. */
const AT_A_TIME = 6;
let asked = 0;

/** Sends everything to a route. @returns what was answered as if we were at fault */
async function bugsOf(route: Route): Promise<string[]> {
  const type = uploadType(route);
  const headers = type === null ? {} : { 'content-type': type };
  const bugs: string[] = [];
  const requests = requestsOf(route);
  const sendAll = async (): Promise<void> => {
    for (const { where, path, body } of requests) {
      const answer = await sv.call(route.method, path, body, headers);
      asked++;
      if (answer.status >= 500 || answer.headers['x'] !== undefined) bugs.push(`${where}: ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, sendAll));
  return bugs;
}

describe('hostile text', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => part + 1))(`never makes an answer of 500, in any field of any route (part %i of ${PARTS})`, async (part) => {
    const bugs: string[] = [];
    const all = routes.filter(({ operation }) => operation.operationId !== 'logout');
    const size = Math.ceil(all.length / PARTS);
    for (const route of all.slice((part - 1) * size, part * size)) bugs.push(...(await bugsOf(route)));
    expect(bugs).toEqual([]);
  }, 120_000);

  it('was really sent, and leaves the audit log whole', async () => {
    expect(asked).toBeGreaterThan(1500);
    expect((await sv.call('GET', '/audit/verify')).body).toMatchObject({ whole: true });
  });
});
