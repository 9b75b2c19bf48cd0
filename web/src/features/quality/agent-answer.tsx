import { Button, Card, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconMessageReport } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { acknowledgeEvaluation, appealEvaluation, type EvaluationDetail, getEvaluation, listEvaluations } from '../../../../shared/api/evaluations.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';

const REFRESH = [getEvaluation.id, listEvaluations.id];

/** What the agent says to an evaluation: seen and accepted, or not agreed. */
export function AgentAnswer({ item }: { item: EvaluationDetail }) {
  const { t } = useLingui();
  const [appealing, setAppealing] = useState(false);
  const acknowledge = useSave({ run: () => call(acknowledgeEvaluation, { params: { id: item.id } }), refresh: REFRESH, done: t`Acknowledged` });
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Your answer</Trans>
        </Title>
        <Text size="sm">
          <Trans>Acknowledge the evaluation, or appeal once if you do not agree. An acknowledged evaluation cannot be appealed.</Trans>
        </Text>
        <Group gap="xs">
          <Button leftSection={<IconCheck size={18} aria-hidden />} loading={acknowledge.isPending} onClick={() => acknowledge.mutate(undefined)}>
            <Trans>Acknowledge</Trans>
          </Button>
          <Button variant="default" leftSection={<IconMessageReport size={18} aria-hidden />} disabled={acknowledge.isPending} onClick={() => setAppealing(true)}>
            <Trans>Appeal</Trans>
          </Button>
        </Group>
      </Stack>
      {appealing && <AppealDialog item={item} onClose={() => setAppealing(false)} />}
    </Card>
  );
}

function AppealDialog({ item, onClose }: { item: EvaluationDetail; onClose: () => void }) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const appeal = useSave({ run: () => call(appealEvaluation, { params: { id: item.id }, body: { reason: reason.trim() } }), refresh: REFRESH, done: t`The appeal is sent`, onDone: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') appeal.mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Appeal</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea label={t`With what you do not agree, and why`} description={t`A place in the recording helps, for example 1:05`} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={4} maxLength={5000} required data-autofocus />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={appeal.isPending} disabled={reason.trim() === ''}>
              <Trans>Send the appeal</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
