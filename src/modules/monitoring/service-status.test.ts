import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutageReason, ServiceStatus } from '../../../shared/api/service-status.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';
import { silentLogger } from '../../lib/logger.ts';
import { AvailabilityRecorder } from './availability-recorder.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let isHealthy = true;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'アクメ株式会社');
});
afterAll(() => world.close());
beforeEach(async () => {
  isHealthy = true;
  sv = await world.logIn(people, 'sv1');
  await world.db.ownerClient.query('truncate service_looks, service_outages');
});

const recorder = (): AvailabilityRecorder =>
  new AvailabilityRecorder({ withTenant: world.db.database.withTenant, isDatabaseHealthy: () => isHealthy, clock: world.clock, logger: silentLogger });

/** Looks every 10 s for so many seconds. */
async function look(by: AvailabilityRecorder, seconds: number, reason: OutageReason | null = null): Promise<void> {
  for (let second = 0; second < seconds; second += 10) {
    await by.take([{ tenantId: people.tenantId, reason }]);
    world.clock.advance(10_000);
  }
}

async function status(): Promise<ServiceStatus> {
  const answer = await sv.call('GET', '/service-status');
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as unknown as ServiceStatus;
}

describe('the state of the service', () => {
  it('is not known before it was measured', async () => {
    expect(await status()).toMatchObject({ isUp: null, measuredSince: null, period: { measuredMs: 0, downMs: 0, availability: null, allowedDownMs: 259_200 }, days: [], outages: [] });
  });

  it('counts outages from the first look that failed to the first that did not', async () => {
    const by = recorder();
    await look(by, 600);
    expect(await status()).toMatchObject({ isUp: true, period: { measuredMs: 600_000, downMs: 0, availability: 1 } });
    await look(by, 30, 'call');
    expect(await status()).toMatchObject({ isUp: false, period: { downMs: 30_000 }, outages: [{ endedAt: null, reason: 'call', durationMs: 30_000 }] });
    await look(by, 370);
    const after = await status();
    expect(after).toMatchObject({ isUp: true, period: { measuredMs: 1_000_000, downMs: 30_000, availability: 0.97 }, outages: [{ reason: 'call', durationMs: 30_000 }] });
    expect(after.days.reduce((sum, { downMs }) => sum + downMs, 0)).toBe(30_000);
  });

  it('counts the time in which nothing ran, and goes on after a restart', async () => {
    await look(recorder(), 120);
    world.clock.advance(600_000);
    expect((await status()).isUp, 'nobody looks').toBeNull();
    await look(recorder(), 60);
    const { outages, isUp, period } = await status();
    expect(isUp).toBe(true);
    expect(outages).toMatchObject([{ reason: 'stopped' }]);
    // Looks are written once a minute, so that up to a minute of the time before counts too.
    expect(period.downMs).toBeGreaterThanOrEqual(600_000);
    expect(period.downMs).toBeLessThanOrEqual(670_000);
  });

  it('counts a stop that was meant to the second', async () => {
    const by = recorder();
    await look(by, 110);
    await by.close();
    world.clock.advance(300_000);
    await look(recorder(), 10);
    // From the last look, ten seconds before the end.
    expect((await status()).outages).toMatchObject([{ reason: 'stopped', durationMs: 310_000 }]);
  });

  it('keeps in memory what the database cannot take, and writes it when it is back', async () => {
    const by = recorder();
    await look(by, 60);
    isHealthy = false;
    await look(by, 60, 'call');
    await look(by, 60);
    expect((await status()).outages).toEqual([]);
    isHealthy = true;
    await look(by, 10);
    expect(await status()).toMatchObject({ isUp: true, outages: [{ reason: 'call', durationMs: 60_000 }], period: { downMs: 60_000 } });
  });

  it('is for whoever may read reports', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('GET', '/service-status')).status).toBe(403);
  });
});
