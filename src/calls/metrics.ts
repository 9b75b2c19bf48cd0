import { Counter, Histogram, Gauge, type Registry } from 'prom-client';
import type { CallMetrics } from './ports.ts';

/** The figures of the calls on a Prometheus registry. Labels are from closed lists. */
export function createCallMetrics(registry: Registry): CallMetrics {
  const registers = [registry];
  const active = new Gauge({ name: 'scc_calls_active', help: 'Calls in progress.', registers });
  const started = new Counter({ name: 'scc_calls_started_total', help: 'Calls begun.', labelNames: ['direction', 'channel'], registers });
  const ended = new Counter({ name: 'scc_calls_ended_total', help: 'Calls ended, by outcome.', labelNames: ['outcome'], registers });
  const refused = new Counter({ name: 'scc_calls_refused_total', help: 'INVITEs refused.', labelNames: ['reason'], registers });
  const failed = new Counter({ name: 'scc_call_effects_failed_total', help: 'Effects of calls that failed.', labelNames: ['effect'], registers });
  const unrecorded = new Counter({ name: 'scc_calls_answered_unrecorded_total', help: 'Calls answered before their records were committed.', registers });
  const waiting = new Gauge({ name: 'scc_journal_waiting_entries', help: 'Entries of the journal that wait for their commit; at most 200000 for a tenant.', registers });
  const lost = new Counter({ name: 'scc_journal_lost_entries_total', help: 'Entries given up because too many waited; any is an alarm.', registers });
  const seconds = (name: string, help: string, buckets: number[]): Histogram => new Histogram({ name, help, buckets, registers });
  const setup = seconds('scc_call_setup_seconds', 'INVITE read to 200 OK sent.', [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  const ring = seconds('scc_call_ring_seconds', 'Begin of a call to the ring at an agent, waiting included.', [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 20, 60]);
  const duration = seconds('scc_call_duration_seconds', 'Length of calls.', [1, 10, 30, 60, 180, 600, 1800, 3600]);
  const mos = new Histogram({ name: 'scc_leg_mos', help: 'Estimated mean opinion score of legs, each 5 s.', buckets: [1.5, 2, 2.5, 3, 3.5, 4, 4.3, 4.5], registers });
  const loss = new Histogram({ name: 'scc_leg_loss_percent', help: 'Packets of legs that were lost, each 5 s.', buckets: [0, 0.1, 0.5, 1, 2, 5, 10, 50], registers });
  return {
    callStarted(direction, channel) {
      active.inc();
      started.inc({ direction, channel });
    },
    callEnded(outcome, ms) {
      active.dec();
      ended.inc({ outcome });
      duration.observe(ms / 1000);
    },
    callRefused: (reason) => refused.inc({ reason }),
    answered: (ms) => setup.observe(ms / 1000),
    answeredUnrecorded: () => unrecorded.inc(),
    rang: (ms) => ring.observe(ms / 1000),
    effectFailed: (effect) => failed.inc({ effect }),
    journalWaits: (entries) => waiting.inc(entries),
    journalLost: () => lost.inc(),
    legHeard(score, lossPercent) {
      mos.observe(score);
      loss.observe(lossPercent);
    },
  };
}
