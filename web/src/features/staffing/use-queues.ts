import { listQueues, type Queue } from '../../../../shared/api/queues.ts';
import { useAll } from '../../records/use-all.ts';

/** The queues; `first` is chosen as long as nobody chose. */
export function useQueues(chosen: string | null): { queues: readonly Queue[]; queueId: string | null; isPending: boolean; error: Error | null; retry: () => void } {
  const { items: queues, ...state } = useAll(listQueues);
  return { queues, queueId: chosen ?? queues[0]?.id ?? null, ...state };
}
