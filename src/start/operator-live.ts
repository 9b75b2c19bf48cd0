import type { MediaProcess } from '../../shared/api/operator.ts';
import type { Cell } from '../calls/cell.ts';
import type { Clock } from '../lib/clock.ts';
import type { MediaClient } from '../media/protocol.ts';
import type { OperatorLive } from '../modules/operator/operator-types.ts';

/** A media process that takes longer to say how it is shows no load, ms: the page must not wait for it. */
const ANSWER_LIMIT_MS = 1_000;

interface LiveParts {
  clock: Clock;
  cell: Pick<Cell, 'tenants' | 'tenant' | 'reloadTenant'>;
  media: { readonly clients: readonly MediaClient[] };
}

/** How the live side looks to an operator: numbers of calls and the load of the media processes. */
export function operatorLive({ cell, media, clock }: LiveParts): OperatorLive {
  return {
    calls: () => cell.tenants().reduce((sum, { runtime }) => sum + runtime.calls().length, 0),
    callsOf: (tenantId) => cell.tenant(tenantId)?.runtime.calls().length ?? 0,
    media: () => Promise.all(media.clients.map((client) => stateOf(client, clock))),
    reloadTenant: (tenantId) => cell.reloadTenant(tenantId),
  };
}

async function stateOf(client: MediaClient, clock: Clock): Promise<MediaProcess> {
  const { index } = client;
  if (!client.connected) return { index, connected: false, load: null };
  let cancel = (): void => undefined;
  const late = new Promise<null>((resolve) => {
    cancel = clock.after(ANSWER_LIMIT_MS, () => resolve(null));
  });
  const answer = await Promise.race([client.call('ping', {}).catch(() => null), late]);
  cancel();
  if (!answer) return { index, connected: client.connected, load: null };
  const { endpoints, recordings, tickLateP99Ms, rssBytes } = answer.load;
  return { index, connected: true, load: { endpoints, recordings, tickLateP99Ms, rssBytes } };
}
