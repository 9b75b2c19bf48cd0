/** The probes on this machine, on a real database and a real server. */
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { CheckId } from '../../../shared/api/monitoring.ts';
import { FakeClock, systemClock } from '../../lib/clock.ts';
import { askDatabase } from './monitoring.queries.ts';
import { createProbes, type Figures, type ProbeSources } from './probes.ts';

let test: TestDatabase;
let server: Server;
let folder: string;
let status = 200;
let refused = 0;

beforeAll(async () => {
  test = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'scc-probes-'));
  server = createServer((_request, response) => response.writeHead(status).end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
  await test.close();
});

const sources = (more: Partial<ProbeSources> = {}): ProbeSources => ({
  clock: systemClock,
  dataDir: folder,
  storeDir: join(folder, 'not-made-yet'),
  certificateFile: null,
  backupAge: () => Promise.resolve(12),
  healthUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`,
  database: { ask: () => test.database.withDirectory(askDatabase) },
  loop: () => 3,
  media: () => Promise.resolve([{ index: 0, connected: true, load: { endpoints: 0, recordings: 0, tickLateP99Ms: 1.5, rssBytes: 1 } }, { index: 1, connected: false, load: null }]),
  sipRefused: () => Promise.resolve(refused),
  journalBacklog: () => 7,
  contracts: () => Promise.resolve(2),
  masterKey: () => 14,
  timeOffset: () => Promise.resolve(-40),
  scannerDelay: () => Promise.resolve(4),
  call: () => Promise.resolve(12),
  ...more,
});

/** What all probes find; a failed one is left out. */
async function look(given = createProbes(sources())): Promise<Figures> {
  const found = await Promise.all(given.map((probe) => probe.read().catch((): Figures => Object.fromEntries(probe.ids.map((id) => [id, null])))));
  return Object.assign({}, ...found) as Figures;
}

describe('probes', () => {
  it('find figures of every class that make sense', async () => {
    const probes = createProbes(sources());
    await look(probes);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const found = await look(probes);
    const between = (id: CheckId, low: number, high: number): void => {
      expect(found[id], id).toBeGreaterThanOrEqual(low);
      expect(found[id], id).toBeLessThanOrEqual(high);
    };
    for (const id of ['servers.cpu', 'servers.memory', 'storage.data', 'storage.objects', 'software.connections'] as const) between(id, 0, 100);
    between('network.traffic', 0, 1e12);
    between('storage.database', 1e6, 1e12);
    between('software.database', 0, 5000);
    between('software.clock', 0, 1000);
    between('services.http', 0, 3000);
    expect(found).toMatchObject({ 'services.sip': 0, 'software.time': 40, 'services.scanner': 4, 'services.call': 12, 'services.master_key': 14, 'services.journal': 7, 'processes.loop': 3, 'processes.media': 1, 'processes.media_delay': 1.5 });
    expect(found, 'there is no certificate').not.toHaveProperty('software.certificate');
  });

  it('find rates in what grew, and none in a counter that began anew', async () => {
    const clock = new FakeClock();
    const probes = createProbes(sources({ clock })).filter(({ ids }) => ids.includes('services.sip'));
    refused = 100;
    expect(await look(probes)).toEqual({});
    clock.advance(10_000);
    refused = 150;
    expect(await look(probes)).toEqual({ 'services.sip': 5 });
    clock.advance(10_000);
    refused = 10;
    expect(await look(probes)).toEqual({});
  });

  it('say what does not answer, and a clock that was set', async () => {
    status = 503;
    expect((await look())['services.http']).toBeNull();
    status = 200;
    expect((await look(createProbes(sources({ database: { ask: () => Promise.reject(new Error('away')) } }))))['software.database']).toBeNull();
    let steppedMs = 0;
    const clock = { ...systemClock, wall: () => systemClock.wall() + steppedMs };
    const probes = createProbes(sources({ clock }));
    await look(probes);
    steppedMs = 60_000;
    const { 'software.clock': step } = await look(probes);
    expect(Math.round((step ?? 0) / 1000)).toBe(60);
  });
});
