import type { TenantCell } from '../calls/tenant-cell.ts';
import { AppError } from '../lib/errors.ts';
import type { BrowserEntrance } from './visitor-connection.ts';
import type { WebCallGate } from './web-call-limits.ts';

/**
 * The public call page of a tenant.
 * @param tenant null = no such tenant; refused like one that has the page switched off
 */
export const webCallEntrance = (tenant: TenantCell | null, gate: WebCallGate, ip: string): BrowserEntrance => ({
  runtime: tenant?.runtime ?? null,
  enter() {
    if (!tenant?.webCall.enabled) throw new AppError('web_call_unavailable', 404, 'Calls from the web are not possible here.');
    const leave = gate.enter(ip, tenant.tenantId);
    if (!leave) throw new AppError('too_many_calls', 429, 'Too many calls at the moment. Try again later.');
    return leave;
  },
  start(callId, { sdp, name, number }) {
    tenant?.startWebCall(callId, { sdp, name, number, ip });
  },
});
