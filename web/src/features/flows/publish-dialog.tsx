import { Alert, Button, Group, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { type FlowView, getFlow, listFlows, listFlowVersions, publishFlow } from '../../../../shared/api/flows.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';

interface Props {
  flow: FlowView;
  warnings: number;
  onClose: () => void;
}

/** Today's 18:00 in Japan as `datetime-local` has it. */
const evening = (): string => `${new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10)}T18:00`;

/** Makes a version of the draft: for new calls from now, or from a later time. */
export function PublishDialog({ flow, warnings, onClose }: Props) {
  const { t, i18n } = useLingui();
  const [comment, setComment] = useState('');
  const [later, setLater] = useState(false);
  const [at, setAt] = useState(evening);
  const save = useSave({
    run: () => call(publishFlow, { params: { id: flow.id }, body: { revision: flow.draftRevision, comment: comment.trim(), at: later ? new Date(`${at}:00+09:00`).toISOString() : null } }),
    refresh: [getFlow.id, listFlows.id, listFlowVersions.id],
    done: (published) => (published.schedule ? t`Version ${published.schedule.version} takes over at ${formatDateTime(published.schedule.dueAt, i18n.locale)}` : t`Version ${published.version} is in use`),
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Publish version {flow.lastVersion + 1}</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea label={t`What has changed`} description={t`For the list of versions`} value={comment} onChange={(event) => setComment(event.currentTarget.value)} maxLength={500} autosize minRows={2} data-autofocus />
          <Radio.Group label={t`From when`} value={later ? 'later' : 'now'} onChange={(next) => setLater(next === 'later')}>
            <Group mt={6}>
              <Radio value="now" label={t`Now`} />
              <Radio value="later" label={t`At a later time`} />
            </Group>
          </Radio.Group>
          {later && <TextInput type="datetime-local" label={t`Time (JST)`} value={at} onChange={(event) => setAt(event.currentTarget.value)} required />}
          {warnings > 0 && (
            <Alert color="yellow" p="xs">
              <Trans>The check has {warnings} warnings.</Trans>
            </Alert>
          )}
          <Text size="xs" c="dimmed">
            <Trans>Calls in progress go on with the version they began with.</Trans>
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending}>
              <Trans>Publish</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
