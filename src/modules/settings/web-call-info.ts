import type { WebCallInfo } from '../../../shared/api/public.ts';
import type { DirectoryReader, WithTenant } from '../../db/types.ts';
import { findSettings } from './settings.queries.ts';

/** An unknown tenant, a suspended one and one that does not take web calls look the same. */
export async function webCallInfo(deps: { directory: DirectoryReader; withTenant: WithTenant }, slug: string, ip: string): Promise<WebCallInfo> {
  const nothing: WebCallInfo = { enabled: false, name: '' };
  const tenant = await deps.directory.tenantBySlug(slug.toLowerCase());
  if (tenant?.status !== 'active') return nothing;
  const settings = await deps.withTenant(tenant.id, { kind: 'system', id: 'webCall', ip }, (tx) => findSettings(tx));
  return settings?.web_call_enabled && settings.web_call_number !== null ? { enabled: true, name: tenant.name } : nothing;
}
