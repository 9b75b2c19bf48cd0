import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconMail, IconMailOpened, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { listVoicemailBoxes, listVoicemails, updateVoicemail, type Voicemail, type VoicemailState } from '../../../../shared/api/voicemail.ts';
import { call } from '../../lib/api.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { Tag } from '../../records/tag.tsx';

/** How long the notice of a deletion offers to take it back, ms. */
const UNDO_MS = 10_000;

export function StateTag({ state }: { state: VoicemailState }) {
  if (state === 'new') {
    return (
      <Tag color="blue" icon={IconMail}>
        <Trans>New</Trans>
      </Tag>
    );
  }
  return state === 'heard' ? (
    <Tag icon={IconMailOpened}>
      <Trans>Heard</Trans>
    </Tag>
  ) : (
    <Tag icon={IconTrash}>
      <Trans>Deleted</Trans>
    </Tag>
  );
}

/** Changes the state of a message and reads the lists again. */
function useChangeState() {
  const client = useQueryClient();
  const problemText = useProblemText();
  const { t } = useLingui();
  return useMutation({
    mutationFn: ({ id, state }: { id: string; state: VoicemailState }) => call(updateVoicemail, { params: { id }, body: { state } }),
    onSuccess: () => Promise.all([listVoicemails.id, listVoicemailBoxes.id].map((key) => client.invalidateQueries({ queryKey: [key] }))),
    onError: (error) => notifications.show({ color: 'red', title: t`Not saved`, message: problemText(error), autoClose: 10_000 }),
  });
}

/** Marks a message as heard or new, deletes it, or takes it back; a deletion can be undone at once. */
export function StateButtons({ message }: { message: Voicemail }) {
  const { t } = useLingui();
  const change = useChangeState();
  const { id, state } = message;
  const remove = async () => {
    await change.mutateAsync({ id, state: 'deleted' });
    const notice = `voicemail-${id}`;
    const undo = () => {
      notifications.hide(notice);
      change.mutate({ id, state });
    };
    notifications.show({
      id: notice,
      color: 'teal',
      autoClose: UNDO_MS,
      message: (
        <Group justify="space-between">
          <Trans>The message was deleted</Trans>
          <Button size="compact-sm" variant="subtle" leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={undo}>
            <Trans>Undo</Trans>
          </Button>
        </Group>
      ),
    });
  };
  if (state === 'deleted') {
    return (
      <Button size="compact-sm" variant="default" leftSection={<IconArrowBackUp size={16} aria-hidden />} loading={change.isPending} onClick={() => change.mutate({ id, state: 'heard' })}>
        <Trans>Take the message back</Trans>
      </Button>
    );
  }
  const other = state === 'new' ? 'heard' : 'new';
  const label = other === 'heard' ? t`Mark as heard` : t`Mark as new`;
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Tooltip label={label}>
        <ActionIcon variant="default" aria-label={label} disabled={!message.playable || change.isPending} onClick={() => change.mutate({ id, state: other })}>
          {other === 'heard' ? <IconMailOpened size={18} aria-hidden /> : <IconMail size={18} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t`Delete the message`}>
        <ActionIcon variant="default" aria-label={t`Delete the message`} disabled={!message.playable || change.isPending} onClick={() => void remove().catch(() => undefined)}>
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
