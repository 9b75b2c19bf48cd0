import type { MediaProcess } from '../../shared/api/operator.ts';
import type { Cell } from '../calls/cell.ts';
import type { MediaClient } from '../media/protocol.ts';
import type { OperatorLive } from '../modules/operator/operator-types.ts';

interface LiveParts {
  cell: Pick<Cell, 'tenants' | 'tenant' | 'reloadTenant'>;
  media: { readonly clients: readonly MediaClient[] };
}

/** How the live side looks to an operator: numbers of calls and the load of the media processes. */
export function operatorLive({ cell, media }: LiveParts): OperatorLive {
  return {
    calls: () => cell.tenants().reduce((sum, { runtime }) => sum + runtime.calls().length, 0),
    callsOf: (tenantId) => cell.tenant(tenantId)?.runtime.calls().length ?? 0,
    media: () => Promise.all(media.clients.map(stateOf)),
    reloadTenant: (tenantId) => cell.reloadTenant(tenantId),
  };
}

async function stateOf(client: MediaClient): Promise<MediaProcess> {
  const { index } = client;
  if (!client.connected) return { index, connected: false, load: null };
  const answer = await client.call('ping', {}).catch(() => null);
  if (!answer) return { index, connected: client.connected, load: null };
  const { endpoints, recordings, tickLateP99Ms, rssBytes } = answer.load;
  return { index, connected: true, load: { endpoints, recordings, tickLateP99Ms, rssBytes } };
}
