import { Button, Card, Group, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { type CallDetail, getCall, listCalls, wrapUpCall } from '../../../../shared/api/calls.ts';
import { customerTimeline } from '../../../../shared/api/customers.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { useSave } from '../../records/use-save.ts';
import { useWrapUpCodes } from '../../records/wrap-up-codes.ts';

/** What came of the call; the agent who handled it may correct it afterwards. */
export function CallWrapUp({ item }: { item: CallDetail }) {
  const { can, user } = useSession();
  const [editing, setEditing] = useState(false);
  const mine = can('call.handle') && item.agentId !== null && item.agentId === user?.id;
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            <Trans>Wrap-up result</Trans>
          </Title>
          {mine && !editing && (
            <Button size="xs" variant="default" onClick={() => setEditing(true)}>
              <Trans>Edit</Trans>
            </Button>
          )}
        </Group>
        {editing ? <WrapUpForm item={item} onClose={() => setEditing(false)} /> : <WrapUpText item={item} />}
      </Stack>
    </Card>
  );
}

function WrapUpText({ item }: { item: CallDetail }) {
  const codes = useWrapUpCodes();
  if (item.wrapUpLabel === '' && item.note === '') {
    return (
      <Text size="sm" c="dimmed">
        <Trans>Nothing is recorded yet.</Trans>
      </Text>
    );
  }
  return (
    <>
      {item.wrapUpLabel !== '' && <Text fw={600}>{codes.text(item.wrapUpLabel)}</Text>}
      {item.note !== '' && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {item.note}
        </Text>
      )}
    </>
  );
}

function WrapUpForm({ item, onClose }: { item: CallDetail; onClose: () => void }) {
  const { t } = useLingui();
  const codes = useWrapUpCodes();
  const [code, setCode] = useState(item.wrapUpCodeId);
  const [note, setNote] = useState(item.note);
  const save = useSave({
    run: () => call(wrapUpCall, { params: { id: item.id }, body: { wrapUpCodeId: code, note: note.trim() } }),
    refresh: [getCall.id, listCalls.id, customerTimeline.id],
    done: t`Wrap-up saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Select label={t`Wrap-up code`} data={codes.options(item.wrapUpCodeId)} value={code} onChange={setCode} clearable />
        <Textarea label={t`Note`} value={note} onChange={(event) => setNote(event.currentTarget.value)} autosize minRows={3} maxLength={10_000} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
