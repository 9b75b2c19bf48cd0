import { listQueues, type Queue } from '../../../shared/api/queues.ts';
import { useAll } from './use-all.ts';

/** Every queue of the company; empty before they are read. */
export const useAllQueues = (enabled = true): readonly Queue[] => useAll(listQueues, { enabled }).items;

/** The queues as rows of a Select. */
export const useQueueOptions = (enabled = true) => useAllQueues(enabled).map(({ id, name }) => ({ value: id, label: name }));

/** Settings of the queue that a call came from; null without a queue, or before they are read. */
export const useQueueRules = (queueId: string | null): Queue | null => useAllQueues(queueId !== null).find(({ id }) => id === queueId) ?? null;
