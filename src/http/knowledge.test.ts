import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let csr: TestClient;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
  csr = await world.logIn(people, 'csr1');
});
afterAll(() => world.close());

const ARTICLE = { title: '返品の手順', category: '返品', body: '到着から八日以内に連絡をもらう。', keywords: ['返金'], status: 'draft' };
const titles = (body: unknown): string[] => (body as { items: { title: string }[] }).items.map(({ title }) => title);

describe('articles of the knowledge base', () => {
  it('are written by supervisors, found by agents once published, and gone once archived', async () => {
    expect((await csr.call('POST', '/knowledge', ARTICLE)).status).toBe(403);
    const { body } = await sv.call('POST', '/knowledge', ARTICLE);
    const { id } = body as unknown as { id: string };
    expect(body).toMatchObject({ ...ARTICLE, version: 1 });
    expect((await csr.call('GET', `/knowledge/${id}`)).status).toBe(404);
    expect(titles((await csr.call('GET', '/knowledge?status=draft')).body)).toEqual([]);
    expect(titles((await sv.call('GET', '/knowledge?status=draft')).body)).toEqual(['返品の手順']);
    expect((await sv.call('PATCH', `/knowledge/${id}`, { status: 'published', body: '到着から十日以内。', version: 1 })).body).toMatchObject({ version: 2, status: 'published' });
    expect(titles((await csr.call('GET', `/knowledge?q=${encodeURIComponent('十日')}`)).body)).toEqual(['返品の手順']);
    // The words of the version before are no longer found, but are kept.
    expect(titles((await csr.call('GET', `/knowledge?q=${encodeURIComponent('八日')}`)).body)).toEqual([]);
    expect((await sv.call('PATCH', `/knowledge/${id}`, { title: 'x', version: 1 })).body.code).toBe('changed_meanwhile');
    expect((await sv.call('GET', `/knowledge/${id}/versions`)).body).toMatchObject({ items: [{ version: 2, body: '到着から十日以内。' }, { version: 1, body: ARTICLE.body, status: 'draft', by: `user:${people.sv}` }] });
    expect((await csr.call('GET', `/knowledge/${id}/versions`)).status).toBe(403);
    await sv.call('PATCH', `/knowledge/${id}`, { status: 'archived', version: 2 });
    expect(titles((await csr.call('GET', `/knowledge?q=${encodeURIComponent('返品')}`)).body)).toEqual([]);
  });
});
