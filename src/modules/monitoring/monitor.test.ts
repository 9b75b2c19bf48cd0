import { describe, expect, it } from 'vitest';
import type { Alarm, CheckId } from '../../../shared/api/monitoring.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { Monitor } from './monitor.ts';
import type { Figures, Probe } from './probes.ts';

/** A monitor with one probe, whose answer the test chooses. */
function watched(id: CheckId, read: () => Promise<Figures>, others: readonly Probe[] = []) {
  const clock = new FakeClock();
  const alarms: Alarm[] = [];
  let rounds = 0;
  const monitor = new Monitor({ clock, logger: silentLogger, probes: [{ ids: [id], read }, ...others], onAlarm: (alarm) => alarms.push(alarm), onRound: () => Promise.resolve(void rounds++) });
  const check = () => monitor.checks().find((one) => one.id === id);
  return { clock, alarms, monitor, check, rounds: () => rounds };
}

describe('the monitor', () => {
  it('looks every 10 s and raises an alarm within a minute, and another one when it is over', async () => {
    let use = 50;
    const { clock, alarms, monitor, check, rounds } = watched('servers.cpu', () => Promise.resolve({ 'servers.cpu': use }));
    monitor.start();
    await expect.poll(rounds).toBe(1);
    expect(check()).toMatchObject({ verdict: 'ok', value: 50, class: 'servers', note: 85, fault: 97 });
    use = 99;
    const began = clock.wall();
    for (let round = 2; alarms.length === 0 && round < 12; round++) {
      clock.advance(10_000);
      await expect.poll(rounds).toBe(round);
    }
    expect(alarms).toMatchObject([{ check: 'servers.cpu', before: 'ok', verdict: 'fault', reason: 'bound', value: 99 }]);
    expect(Date.parse(alarms[0]?.at ?? '') - began).toBeLessThanOrEqual(60_000);
    use = 50;
    for (let round = rounds() + 1; alarms.length === 1 && round < 20; round++) {
      clock.advance(10_000);
      await expect.poll(rounds).toBe(round);
    }
    expect(alarms.at(-1)).toMatchObject({ before: 'fault', verdict: 'ok' });
    await monitor.stop();
    expect(clock.pending).toBe(0);
  });

  it('takes a probe that throws or hangs for one that found nothing; the others are not held up', async () => {
    const hangs: Probe = { ids: ['services.http'], read: () => new Promise<never>(() => undefined) };
    const good: Probe = { ids: ['servers.memory'], read: () => Promise.resolve({ 'servers.memory': 20 }) };
    const { clock, monitor, check } = watched('software.database', () => Promise.reject(new Error('away')), [hangs, good]);
    for (let round = 0; round < 3; round++) {
      const look = monitor.look();
      await Promise.resolve();
      clock.advance(5_000);
      await look;
    }
    expect(check()).toMatchObject({ verdict: 'fault', reason: 'unreadable', value: null });
    const of = (id: CheckId) => monitor.checks().find((one) => one.id === id);
    expect(of('services.http')).toMatchObject({ verdict: 'fault', reason: 'unreadable' });
    expect(of('servers.memory')).toMatchObject({ verdict: 'ok', value: 20 });
    expect(of('storage.data'), 'nobody looked').toMatchObject({ verdict: 'unknown', value: null, since: null });
  });

  it('keeps a value a minute of the last hour', async () => {
    let at = 0;
    const { monitor, check } = watched('servers.memory', () => Promise.resolve({ 'servers.memory': at++ / 100 }));
    for (let round = 0; round < 6 * 70; round++) await monitor.look();
    expect(check()?.trend).toHaveLength(60);
    expect(check()?.trend.at(-1)).toBeCloseTo(69 * 0.06, 5);
  });
});
