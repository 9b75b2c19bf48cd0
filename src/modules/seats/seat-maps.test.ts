import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeatMap } from '../../../shared/api/seat-maps.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;

beforeEach(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
});
afterEach(() => world.close());

const added = async (): Promise<SeatMap> => (await sv.call('POST', '/seat-maps', { name: '1F', columns: 4, rows: 2 })).body as unknown as SeatMap;
const save = (map: SeatMap, more: object) => sv.call('PUT', `/seat-maps/${map.id}`, { name: map.name, columns: map.columns, rows: map.rows, version: map.version, seats: map.seats, ...more });
const seat = (column: number, row: number, userId: string | null = null, label = '') => ({ column, row, label, userId });
const audits = async () => (await world.db.ownerClient.query<{ code: string }>("select code from audit_events where code like 'seat_map.%' order by seq")).rows.map(({ code }) => code);

describe('seat maps', () => {
  it('are made, filled and removed, each step audited', async () => {
    const map = await added();
    expect(map).toMatchObject({ name: '1F', columns: 4, rows: 2, version: 1, seats: [] });
    const seats = [seat(0, 0, people.csr, 'A-1'), seat(3, 1)];
    expect((await save(map, { seats })).body).toMatchObject({ version: 2, seats });
    expect((await sv.call('GET', '/seat-maps')).body.items).toMatchObject([{ id: map.id, seats }]);
    expect((await sv.call('DELETE', `/seat-maps/${map.id}`)).status).toBe(204);
    expect((await sv.call('GET', '/seat-maps')).body.items).toEqual([]);
    expect(await audits()).toEqual(['seat_map.created', 'seat_map.updated', 'seat_map.removed']);
  });

  it('are not overwritten by who read an older one', async () => {
    const map = await added();
    await save(map, { seats: [seat(0, 0)] });
    expect(await save(map, { seats: [] })).toMatchObject({ status: 409, body: { code: 'changed_meanwhile' } });
  });

  it('refuse seats outside, two at one place, an agent twice, and somebody unknown or of another tenant', async () => {
    const map = await added();
    const other = await world.addTenant('other', 'Other');
    const faults = [[seat(4, 0)], [seat(0, 2)], [seat(1, 1), seat(1, 1)], [seat(0, 0, people.csr), seat(1, 0, people.csr)], [seat(0, 0, other.csr)]];
    for (const seats of faults) expect((await save(map, { seats })).status).toBe(422);
    expect((await sv.call('GET', '/seat-maps')).body.items).toMatchObject([{ version: 1, seats: [] }]);
  });

  it('are for supervisors', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('GET', '/seat-maps')).status).toBe(403);
    expect((await csr.call('POST', '/seat-maps', { name: 'x', columns: 1, rows: 1 })).status).toBe(403);
  });
});
