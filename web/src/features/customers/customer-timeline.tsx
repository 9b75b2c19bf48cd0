import { Button, Card, Group, Stack, Text, Textarea, Timeline, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMicrophone, IconNote, IconPhoneIncoming, IconPhoneOutgoing } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createActivity } from '../../../../shared/api/activities.ts';
import { customerTimeline, type TimelineEntry } from '../../../../shared/api/customers.ts';
import { call } from '../../lib/api.ts';
import { OutcomeBadge } from '../../records/outcome-badge.tsx';
import { CallLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { useSession } from '../../lib/session.ts';
import { formatDateTime } from '../../lib/format.ts';
import { durationText } from '../../records/times.ts';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { Tag } from '../../records/tag.tsx';
import { useWrapUpCodes } from '../../records/wrap-up-codes.ts';

/** What happened with a customer, newest first, and the place to write the next note. */
export function CustomerTimeline({ customerId }: { customerId: string }) {
  const { t } = useLingui();
  const { can } = useSession();
  const list = useList([customerTimeline.id, customerId], (cursor, signal) =>
    call(customerTimeline, { params: { id: customerId }, query: cursor === undefined ? {} : { cursor } }, signal),
  );
  return (
    <Card withBorder padding="md">
      <Stack gap="md">
        <Title order={2} size="h4">
          <Trans>Timeline</Trans>
        </Title>
        {can('customer.write') && <NoteForm customerId={customerId} />}
        <ListState list={list} empty={{ title: t`Nothing has happened yet`, hint: t`Calls and notes appear here.` }}>
          {(entries) => (
            <Timeline bulletSize={28} lineWidth={2} active={-1}>
              {entries.map((entry) => (
                <Timeline.Item key={entry.id} bullet={<EntryIcon entry={entry} />} title={<EntryTitle entry={entry} />}>
                  <EntryBody entry={entry} />
                </Timeline.Item>
              ))}
            </Timeline>
          )}
        </ListState>
      </Stack>
    </Card>
  );
}

function EntryIcon({ entry }: { entry: TimelineEntry }) {
  if (entry.kind === 'note') return <IconNote size={16} aria-hidden />;
  if (entry.kind === 'voicemail') return <IconMicrophone size={16} aria-hidden />;
  if (entry.call?.direction === 'outbound') return <IconPhoneOutgoing size={16} aria-hidden />;
  return <IconPhoneIncoming size={16} aria-hidden />;
}

function EntryTitle({ entry }: { entry: TimelineEntry }) {
  const { i18n, t } = useLingui();
  const kind = entry.kind === 'note' ? t`Note` : entry.kind === 'voicemail' ? t`Voicemail` : entry.call?.direction === 'outbound' ? t`Outbound call` : t`Inbound call`;
  return (
    <Group gap="xs" fz="sm">
      {entry.callId === null ? <Text span fw={600} inherit>{kind}</Text> : <CallLink id={entry.callId}>{kind}</CallLink>}
      {entry.call?.outcome && <OutcomeBadge outcome={entry.call.outcome} />}
      <Text span c="dimmed" size="xs">
        {formatDateTime(entry.occurredAt, i18n.locale)}
        {entry.author !== '' && ` · ${entry.author}`}
      </Text>
    </Group>
  );
}

function EntryBody({ entry }: { entry: TimelineEntry }) {
  const past = entry.call;
  const codes = useWrapUpCodes();
  const texts = [...new Set([entry.text, past?.note ?? ''])].filter((text) => text !== '');
  return (
    <Stack gap={4} mt={4}>
      {past && (
        <Group gap="xs">
          {past.queueName !== '' && <Text size="sm">{past.queueName}</Text>}
          {past.talkMs !== null && (
            <Text size="sm">
              <Trans>Talk time {durationText(past.talkMs)}</Trans>
            </Text>
          )}
          {past.wrapUpLabel !== '' && (
            <Tag>{codes.text(past.wrapUpLabel)}</Tag>
          )}
          {past.recordingIds.length > 0 && entry.callId !== null && (
            <Text size="sm">
              <CallLink id={entry.callId}>
                <Trans>Listen to the recording</Trans>
              </CallLink>
            </Text>
          )}
        </Group>
      )}
      {texts.map((text) => (
        <Text key={text} size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      ))}
    </Stack>
  );
}

function NoteForm({ customerId }: { customerId: string }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const save = useSave({
    run: () => call(createActivity, { body: { customerId, text: text.trim() } }),
    refresh: [customerTimeline.id],
    done: t`Note added`,
    onDone: () => setText(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') save.mutate(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" align="flex-end">
        <Textarea
          w="100%"
          label={t`New note`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={10_000}
        />
        <Button type="submit" size="xs" loading={save.isPending} disabled={text.trim() === ''}>
          <Trans>Add note</Trans>
        </Button>
      </Stack>
    </form>
  );
}
