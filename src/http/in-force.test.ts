/** Whoever reads that a change is saved finds the next call going by it; a machine that is slow to read settings holds nobody up for long. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let client: TestClient;
/** Tenants whose settings were waited for. */
let asked: string[] = [];
let read = Promise.withResolvers<undefined>();

beforeAll(async () => {
  world = await createWorld({
    configInForce: async (tenantId) => {
      asked.push(tenantId);
      await read.promise;
    },
  });
  people = await world.addTenant('acme', 'アクメ株式会社');
  read.resolve(undefined);
  client = await world.logIn(people, 'sv1');
});
afterAll(() => world.close());
beforeEach(() => {
  asked = [];
  read = Promise.withResolvers();
});

const save = () => client.call('POST', '/companies', { name: 'アクメ' });
const isPending = async (answer: Promise<unknown>): Promise<boolean> => (await Promise.race([answer.then(() => 'done'), new Promise((done) => setTimeout(done, 200, 'pending'))])) === 'pending';

describe('a change', () => {
  it('is answered when calls go by it', async () => {
    const answer = save();
    await expect.poll(() => asked).toEqual([people.tenantId]);
    expect(await isPending(answer)).toBe(true);
    read.resolve(undefined);
    expect((await answer).status).toBe(200);
  });

  it('is answered after two seconds at the latest', async () => {
    const answer = save();
    await expect.poll(() => asked).toHaveLength(1);
    world.clock.advance(1999);
    expect(await isPending(answer)).toBe(true);
    world.clock.advance(1);
    expect((await answer).status).toBe(200);
  });

  it('that is only read waits for nothing', async () => {
    expect((await client.call('GET', '/companies')).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it('that is refused waits for nothing', async () => {
    expect((await client.call('POST', '/companies', {})).status).toBe(400);
    expect(asked).toEqual([]);
  });
});
