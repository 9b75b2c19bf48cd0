import { useQuery } from '@tanstack/react-query';
import { listQueues, type Queue } from '../../../../shared/api/queues.ts';
import { call } from '../../lib/api.ts';

/** The queues; `first` is chosen as long as nobody chose. */
export function useQueues(chosen: string | null): { queues: readonly Queue[]; queueId: string | null; isPending: boolean; error: Error | null; retry: () => void } {
  const list = useQuery({ queryKey: [listQueues.id], queryFn: ({ signal }) => call(listQueues, { query: { limit: 200 } }, signal), staleTime: 60_000 });
  const queues = list.data?.items ?? [];
  return { queues, queueId: chosen ?? queues[0]?.id ?? null, isPending: list.isPending, error: list.error, retry: () => void list.refetch() };
}
