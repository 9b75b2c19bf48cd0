import { Select } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { useQueues } from './use-queues.ts';

/** Which queue a figure is of. */
export function QueueSelect({ value, onChange }: { value: string | null; onChange: (queueId: string) => void }) {
  const { t } = useLingui();
  const { queues, queueId } = useQueues(value);
  return <Select label={t`Queue`} w={180} allowDeselect={false} searchable data={queues.map(({ id, name }) => ({ value: id, label: name }))} value={queueId} onChange={(id) => id !== null && onChange(id)} />;
}

/** What needs a queue, or why there is none. */
export function WithQueue({ chosen, children }: { chosen: string | null; children: (queueId: string) => ReactNode }) {
  const { queueId, isPending, error, retry } = useQueues(chosen);
  if (error) return <ErrorState error={error} onRetry={retry} />;
  if (isPending) return <LoadingRows rows={6} />;
  if (queueId === null) return <EmptyState title={<Trans>There is no queue yet</Trans>} hint={<Trans>Make one under “Queues and routing”.</Trans>} />;
  return children(queueId);
}
