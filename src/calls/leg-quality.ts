import type { QualityReport } from '../media/quality/quality-meter.ts';
import type { CallQuality } from './journal.ts';

/** The journal entry for a leg's quality; null when nothing was heard on it. @param wallMs now, ms since the epoch */
export function qualityEntry(callId: string, farEndpoint: string, endpoint: string, report: QualityReport | null, wallMs: number): CallQuality | null {
  if (!report) return null;
  return {
    kind: 'callQuality',
    callId,
    endpoint,
    party: endpoint === farEndpoint ? 'far' : 'agent',
    summary: report.summary,
    samples: report.samples.map(({ agoMs, ...quality }) => ({ at: new Date(wallMs - agoMs).toISOString(), ...quality })),
  };
}
