import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconDeviceFloppy, IconSend, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type EvaluationDetail, getEvaluation, listEvaluations, publishEvaluation, removeEvaluation, retractEvaluation, saveEvaluation } from '../../../../shared/api/evaluations.ts';
import { call } from '../../lib/api.ts';
import { RemoveQuestion } from '../../records/remove-question.tsx';
import { useSave } from '../../records/use-save.ts';
import type { Scoring } from './scoring.ts';

interface Props {
  item: EvaluationDetail;
  scoring: Scoring;
  dirty: boolean;
  /** The scores are kept; the form may have gone on meanwhile. */
  onSaved: (scoring: Scoring) => void;
  /** Every question is answered. */
  complete: boolean;
}

const REFRESH = [getEvaluation.id, listEvaluations.id];

/** What its evaluator does with an evaluation: save, publish, take back, remove. */
export function EvaluationActions({ item, scoring, dirty, onSaved, complete }: Props) {
  if (item.state === 'published') return <TakeBack item={item} />;
  if (item.state !== 'draft') return null;
  return (
    <>
      {item.revisions.length === 0 && <Remove item={item} />}
      <Keep item={item} scoring={scoring} dirty={dirty} onSaved={onSaved} complete={complete} />
    </>
  );
}

function Keep({ item, scoring, dirty, onSaved, complete }: Props) {
  const { t } = useLingui();
  const params = { id: item.id };
  const save = useSave({ run: (body: Scoring) => call(saveEvaluation, { params, body }), refresh: REFRESH, done: t`Draft saved`, onDone: (_stored, sent) => onSaved(sent) });
  const publish = useSave({
    run: async (body: Scoring) => {
      if (dirty) {
        await call(saveEvaluation, { params, body });
        onSaved(body);
      }
      return call(publishEvaluation, { params });
    },
    refresh: REFRESH,
    done: t`The agent sees the evaluation now`,
  });
  return (
    <>
      <Button variant="default" leftSection={<IconDeviceFloppy size={18} aria-hidden />} disabled={!dirty || publish.isPending} loading={save.isPending} onClick={() => save.mutate(scoring)}>
        <Trans>Save draft</Trans>
      </Button>
      <Button leftSection={<IconSend size={18} aria-hidden />} disabled={!complete || save.isPending} loading={publish.isPending} onClick={() => publish.mutate(scoring)}>
        <Trans>Publish to the agent</Trans>
      </Button>
    </>
  );
}

function TakeBack({ item }: { item: EvaluationDetail }) {
  const { t } = useLingui();
  const retract = useSave({ run: () => call(retractEvaluation, { params: { id: item.id } }), refresh: REFRESH, done: t`The evaluation is a draft again` });
  return (
    <Button variant="default" leftSection={<IconArrowBackUp size={18} aria-hidden />} loading={retract.isPending} onClick={() => retract.mutate(undefined)}>
      <Trans>Take back</Trans>
    </Button>
  );
}

function Remove({ item }: { item: EvaluationDetail }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useSave({
    run: () => call(removeEvaluation, { params: { id: item.id } }),
    refresh: [listEvaluations.id],
    done: t`The draft was removed`,
    onDone: () => void navigate({ to: '/quality/$part', params: { part: 'evaluations' }, ignoreBlocker: true }),
  });
  return (
    <>
      <Button variant="subtle" color="red" leftSection={<IconTrash size={18} aria-hidden />} onClick={() => setAsking(true)}>
        <Trans>Remove</Trans>
      </Button>
      {asking && (
        <RemoveQuestion title={<Trans>Remove this draft?</Trans>} busy={remove.isPending} onRemove={() => remove.mutate(undefined)} onClose={() => setAsking(false)}>
          <Trans>Scores and comments of this draft go; the call and its recording stay.</Trans>
        </RemoveQuestion>
      )}
    </>
  );
}
