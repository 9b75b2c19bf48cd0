/** A way out for calls of `bench/signalling.ts` and `bench/peer.ts`. */
import type { Product } from '../test/support/product.ts';
import { ApiSession } from '../test/support/story-api.ts';

/** A carrier at this port, and leave to call it as often as the policy can say. */
export async function openTrunk(product: Product, port: number): Promise<void> {
  const api = await ApiSession.open(product, 'sv1');
  const must = async <T>(method: string, path: string, body: unknown): Promise<T> => {
    const answer = await api.send<T>(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id } = await must<{ id: string }>('POST', '/trunks', { name: 'bench', kind: 'ip', host: '127.0.0.1', port, channels: 10_000, callsPerSecond: 1000, monitorSeconds: 0 });
  await must('PUT', '/outbound-routes', { routes: [{ name: 'all', prefix: '', trunkIds: [id] }] });
  const unlimited = { maxDailyMinutes: 1_000_000, maxDailyCalls: 1_000_000, maxDailyCost: 100_000_000, stopCallsPerHour: 0 };
  const anyCaller = { callerMaxConcurrent: 10_000, callerMaxDailyCalls: 1_000_000, callerMaxDailyCost: 100_000_000 };
  await must('PATCH', '/dial-policy', { maxConcurrent: 10_000, maxPerMinute: 10_000, ...unlimited, ...anyCaller });
}
