import { Gauge, type Registry } from 'prom-client';
import type { CheckView } from '../../../shared/api/monitoring.ts';

const NUMBERS = { ok: 0, note: 1, fault: 2, unknown: -1 } as const;

/** The checks on a Prometheus registry, read when it is asked. */
export function createMonitoringMetrics(registry: Registry, checks: () => readonly CheckView[], undelivered: () => number): void {
  const registers = [registry];
  new Gauge({
    name: 'scc_check_verdict',
    help: '0 = good, 1 = worth knowing, 2 = fault, -1 = not measured.',
    labelNames: ['class', 'check'],
    registers,
    collect() {
      for (const { id, class: kind, verdict } of checks()) this.set({ class: kind, check: id }, NUMBERS[verdict]);
    },
  });
  new Gauge({
    name: 'scc_check_value',
    help: 'What the check saw last, in its unit.',
    labelNames: ['class', 'check', 'unit'],
    registers,
    collect() {
      this.reset();
      for (const { id, class: kind, unit, value } of checks()) if (value !== null) this.set({ class: kind, check: id, unit }, value);
    },
  });
  new Gauge({ name: 'scc_alarms_undelivered', help: 'Alarms that mail or webhook did not take yet.', registers, collect() {
    this.set(undelivered());
  } });
}
