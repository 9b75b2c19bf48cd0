import { Button, Card, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp } from '@tabler/icons-react';
import { undoWrapUp } from '../../../../shared/api/calls.ts';
import { call } from '../../lib/api.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useNow } from '../../lib/use-now.ts';
import { useMutation } from '@tanstack/react-query';
import { changeDraft } from './drafts.ts';
import { rememberSaved, UNDO_MS, useLastSaved } from './last-saved.ts';

/** Takes the wrap-up that was saved last back; its text comes back to the desk. */
export function UndoBar() {
  const { t } = useLingui();
  const problemText = useProblemText();
  const last = useLastSaved();
  const now = useNow(last !== null);
  const undo = useMutation({
    mutationFn: (callId: string) => call(undoWrapUp, { params: { id: callId } }),
    onSuccess: ({ customerId }) => {
      if (last) changeDraft(last.draft.callId, { ...last.draft, customerId: last.draft.customerId ?? customerId, ended: true });
      rememberSaved(null);
      notifications.show({ color: 'teal', message: t`The saved wrap-up was taken back. Correct it and save it again.` });
    },
    onError: (error) => notifications.show({ color: 'red', message: problemText(error) }),
  });
  if (!last || now - last.at > UNDO_MS) return null;
  return (
    <Card withBorder padding="xs" component="section" aria-label={t`Saved wrap-up`}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          <Trans>Saved: {last.draft.caller}</Trans>
        </Text>
        <Button
          size="compact-sm"
          variant="subtle"
          loading={undo.isPending}
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          onClick={() => undo.mutate(last.draft.callId)}
        >
          <Trans>Undo</Trans>
        </Button>
      </Group>
    </Card>
  );
}
