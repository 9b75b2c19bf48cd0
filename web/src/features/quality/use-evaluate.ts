import { useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { createEvaluation, listEvaluations } from '../../../../shared/api/evaluations.ts';
import { call } from '../../lib/api.ts';
import { useSave } from '../../records/use-save.ts';

/** Begins the evaluation of a call and goes to its page. */
export function useEvaluate() {
  const { t } = useLingui();
  const navigate = useNavigate();
  return useSave({
    run: (body: { callId: string; sheetId: string }) => call(createEvaluation, { body }),
    refresh: [listEvaluations.id],
    done: t`The evaluation has begun`,
    onDone: ({ id }) => void navigate({ to: '/evaluations/$id', params: { id } }),
  });
}
