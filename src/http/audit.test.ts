import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../modules/audit/audit-witness.ts';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
/** What the witness remembers; an error when its file cannot be believed. */
let witness: Checkpoint | null | Error = null;

beforeAll(async () => {
  world = await createWorld({
    auditCheckpoint: (tenantId) => {
      expect(tenantId).toBe(people.tenantId);
      return witness instanceof Error ? Promise.reject(witness) : Promise.resolve(witness);
    },
  });
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
});
afterAll(() => world.close());

describe('GET /audit/verify', () => {
  const verify = () => sv.call('GET', '/audit/verify');
  const head = async (): Promise<Checkpoint> => {
    const { rows } = await world.db.ownerClient.query<{ seq: string; hash: Buffer }>('select seq, hash from audit_heads where tenant_id = $1', [people.tenantId]);
    return { tenantId: people.tenantId, seq: Number(rows[0]?.seq), hash: rows[0]?.hash.toString('base64') ?? '', at: '2026-11-02T00:00:00.000Z' };
  };

  it('is content with a chain that holds what the witness saw', async () => {
    witness = await head();
    expect((await verify()).body).toMatchObject({ whole: true, brokenAt: null });
  });

  it('notices an end that was cut off together with its head', async () => {
    const seen = await head();
    witness = { ...seen, seq: seen.seq + 3 };
    const { body } = await verify();
    expect(body).toMatchObject({ whole: false, brokenAt: seen.seq + 1, reason: expect.stringContaining('cut off') });
  });

  it('notices a chain that was written anew', async () => {
    const seen = await head();
    witness = { ...seen, hash: Buffer.alloc(32, 1).toString('base64') };
    expect((await verify()).body).toMatchObject({ whole: false, brokenAt: seen.seq, reason: expect.stringContaining('written anew') });
  });

  it('says nothing about a chain whose witness cannot be believed, and does not name the file', async () => {
    witness = new Error('/data/audit-witness/x.json was changed');
    const { status, body } = await verify();
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'audit_witness_damaged' });
    expect(JSON.stringify(body)).not.toContain('/data');
  });
});
