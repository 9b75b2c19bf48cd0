import { useQuery } from '@tanstack/react-query';
import { listQueues, type Queue } from '../../../shared/api/queues.ts';
import { call } from '../lib/api.ts';

const allQueues = {
  queryKey: [listQueues.id, 'all'],
  queryFn: ({ signal }: { signal: AbortSignal }) => call(listQueues, { query: { limit: 200 } }, signal),
  staleTime: 60_000,
};

/** Every queue of the company; empty before they are read. */
export const useAllQueues = (): readonly Queue[] => useQuery(allQueues).data?.items ?? [];

/** Settings of the queue that a call came from; null without a queue, or before they are read. */
export function useQueueRules(queueId: string | null): Queue | null {
  const query = useQuery({ ...allQueues, enabled: queueId !== null });
  return query.data?.items.find(({ id }) => id === queueId) ?? null;
}
