import type { CallRun } from './run.ts';

const REASONS: Readonly<Record<number, string>> = { 180: 'Ringing', 200: 'OK', 408: 'Request Timeout', 486: 'Busy Here', 503: 'Service Unavailable', 603: 'Decline' };

/** Tells the telephone that asked for a transfer how it goes (RFC 3515 section 2.4.5); after a final status it is told no more. */
export function tellReferrer(run: CallRun, status: number): void {
  const { state } = run;
  if (!state.refer) return;
  const { legId, referId } = state.refer;
  const final = status >= 200;
  if (final) state.refer = null;
  run.sip({ type: 'sip', command: 'referStatus', legId, referId, status, reason: REASONS[status] ?? 'Transfer', final });
}
