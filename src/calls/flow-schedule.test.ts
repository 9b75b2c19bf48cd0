import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { FlowSchedule } from './flow-schedule.ts';

const HOUR = 3_600_000;

function world(fails = 0) {
  const clock = new FakeClock(0);
  const happened: string[] = [];
  let failures = fails;
  const database = {
    withTenant: async () => {
      happened.push(`asked at ${clock.wall() / HOUR}`);
      if (failures-- > 0) throw new Error('away');
      return true;
    },
  };
  const schedule = new FlowSchedule({ tenantId: 't', database: database as never, clock, logger: silentLogger, changed: () => happened.push('changed') });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= HOUR / 2) {
      clock.advance(Math.min(left, HOUR / 2));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { schedule, happened, pass };
}

describe('a version that waits for its time', () => {
  it('takes over then, however far away that is', async () => {
    const { schedule, happened, pass } = world();
    schedule.expect(1000 * HOUR);
    await pass(999.5 * HOUR);
    expect(happened).toEqual([]);
    await pass(HOUR);
    expect(happened).toEqual(['asked at 1000', 'changed']);
  });

  it('is forgotten when another time is set, or none, or the product stops', async () => {
    const { schedule, happened, pass } = world();
    schedule.expect(2 * HOUR);
    schedule.expect(null);
    await pass(3 * HOUR);
    schedule.expect(5 * HOUR);
    schedule.stop();
    await pass(3 * HOUR);
    expect(happened).toEqual([]);
  });

  it('tries again while the database is away', async () => {
    const { schedule, happened, pass } = world(2);
    schedule.expect(HOUR);
    await pass(2 * HOUR);
    expect(happened.filter((line) => line === 'changed')).toHaveLength(1);
    expect(happened).toHaveLength(4);
  });
});
