import { Badge } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { countUnreadEvaluations, getEvaluation, listEvaluations } from '../../../shared/api/evaluations.ts';
import { call } from '../lib/api.ts';
import { events } from '../softphone/events.ts';

/** Beside the menu's word: evaluations of own calls that were not opened yet. */
export function UnreadEvaluations() {
  const { t } = useLingui();
  const count = useQuery({ queryKey: [countUnreadEvaluations.id], queryFn: ({ signal }) => call(countUnreadEvaluations, {}, signal), staleTime: 60_000 }).data?.count ?? 0;
  if (count === 0) return null;
  return (
    <Badge color="red.8" size="sm" aria-label={t`${count} unread`}>
      {count}
    </Badge>
  );
}

/** Tells an agent, on whatever page, that an evaluation or the answer to an appeal has come. */
export function EvaluationNotice() {
  const { t } = useLingui();
  const client = useQueryClient();
  useEffect(
    () =>
      events.subscribe((message) => {
        if (message.type !== 'evaluation.told') return;
        const title = message.what === 'published' ? t`An evaluation of your call was published` : t`Your appeal was answered`;
        // It stays until it is closed: who is in a call reads it afterwards.
        notifications.show({ color: 'navy', title, message: t`Open it in “Quality”.`, autoClose: false });
        for (const id of [countUnreadEvaluations.id, listEvaluations.id, getEvaluation.id]) void client.invalidateQueries({ queryKey: [id] });
      }),
    [client, t],
  );
  return null;
}
