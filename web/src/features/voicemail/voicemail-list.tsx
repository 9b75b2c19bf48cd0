import { Button, Checkbox, Group, SegmentedControl, Select, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconPlayerPlay } from '@tabler/icons-react';
import { Fragment, type ReactNode, useState } from 'react';
import { DELETED_KEPT_DAYS, listVoicemails, type Voicemail, type VoicemailState } from '../../../../shared/api/voicemail.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { CallLink, CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { durationText, exactTimeText } from '../../records/times.ts';
import { useList } from '../../records/use-list.ts';
import { CallNumber } from '../../softphone/call-number.tsx';
import { useVoicemailBoxes } from '../../records/voicemail-boxes.ts';
import { useKept } from '../../records/kept.ts';
import { StateButtons, StateTag } from './voicemail-state.tsx';
import { VoicemailLinks } from './voicemail-links.tsx';

/** A new message shows up by itself, ms. */
const EVERY_MS = 15_000;

interface Filter {
  state: VoicemailState | 'kept';
  boxId: string | null;
  mine: boolean;
}

interface Props {
  player: (recordingId: string) => ReactNode;
  /** Opened at once, for who comes by a link. */
  first: string | null;
}

/** Messages by state, newest first; one opens with its sound and what becomes of it. */
export function VoicemailList({ player, first }: Props) {
  const { t } = useLingui();
  const { user } = useSession();
  const [filter, setFilter] = useKept<Filter>('filter', { state: 'kept', boxId: null, mine: false });
  const list = useList(
    [listVoicemails.id, filter],
    (cursor, signal) =>
      call(
        listVoicemails,
        {
          query: {
            limit: 50,
            ...(filter.state === 'kept' ? {} : { state: filter.state }),
            ...(filter.boxId === null ? {} : { boxId: filter.boxId }),
            ...(filter.mine && user ? { agentId: user.id } : {}),
            ...(cursor === undefined ? {} : { cursor }),
          },
        },
        signal,
      ),
    { everyMs: EVERY_MS },
  );
  const empty =
    filter.state === 'deleted'
      ? { title: t`No message was deleted`, hint: t`A deleted message can be taken back for ${DELETED_KEPT_DAYS} days.` }
      : { title: t`No messages`, hint: t`A message appears here when a call flow records it into one of your boxes.` };
  return (
    <Stack gap="sm">
      <Filters value={filter} onChange={setFilter} />
      <ListState list={list} empty={empty}>
        {(messages) => <MessageTable messages={messages} player={player} first={first} />}
      </ListState>
    </Stack>
  );
}

function Filters({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useLingui();
  const boxes = useVoicemailBoxes();
  const states = [
    { value: 'kept', label: t`All` },
    { value: 'new', label: t`New` },
    { value: 'heard', label: t`Heard` },
    { value: 'deleted', label: t`Deleted` },
  ];
  return (
    <Group gap="sm" align="flex-end">
      <SegmentedControl aria-label={t`State of the messages`} data={states} value={value.state} onChange={(state) => onChange({ ...value, state: state as Filter['state'] })} />
      <Select label={t`Box`} placeholder={t`All`} clearable w={220} data={(boxes.data?.items ?? []).map(({ id, name, newMessages }) => ({ value: id, label: newMessages > 0 ? `${name} (${newMessages})` : name }))} value={value.boxId} onChange={(boxId) => onChange({ ...value, boxId })} />
      <Checkbox label={t`Assigned to me`} mb={8} checked={value.mine} onChange={(event) => onChange({ ...value, mine: event.currentTarget.checked })} />
    </Group>
  );
}

function MessageTable({ messages, player, first }: Props & { messages: readonly Voicemail[] }) {
  const [open, setOpen] = useState<string | null>(first);
  return (
    <TableFrame minWidth={900}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Play</Trans>
          <Trans>Received</Trans>
          <Trans>Caller</Trans>
          <Trans>Box</Trans>
          <Table.Th ta="right">
            <Trans>Length</Trans>
          </Table.Th>
          <Trans>Assigned to</Trans>
        </Columns>
        <Table.Tbody>
          {messages.map((message) => (
            <Fragment key={message.id}>
              <MessageRow message={message} open={open === message.id} onToggle={() => setOpen(open === message.id ? null : message.id)} />
              {open === message.id && (
                <Table.Tr>
                  <Table.Td colSpan={7} p="md">
                    <Stack gap="md">
                      <VoicemailLinks message={message} />
                      {player(message.id)}
                    </Stack>
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function MessageRow({ message, open, onToggle }: { message: Voicemail; open: boolean; onToggle: () => void }) {
  const { i18n, t } = useLingui();
  const received = exactTimeText(message.startedAt, i18n.locale);
  return (
    <Table.Tr>
      <Table.Td>
        <Button
          size="compact-sm"
          variant={open ? 'filled' : 'light'}
          disabled={!message.playable}
          aria-expanded={open}
          aria-label={t`Play the message of ${received}`}
          leftSection={open ? <IconChevronDown size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
          onClick={onToggle}
        >
          <Trans>Play</Trans>
        </Button>
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <CallLink id={message.callId}>{received}</CallLink>
        <div>
          <StateTag state={message.state} />
        </div>
      </Table.Td>
      <Table.Td>
        <Stack gap={8} align="flex-start">
          {message.customerId !== null && (
            <Text size="sm">
              <CustomerLink id={message.customerId}>{message.customerName}</CustomerLink>
            </Text>
          )}
          {message.callerNumber === '' ? <Text size="sm">{message.callerName === '' ? t`Unknown caller` : message.callerName}</Text> : <CallNumber number={message.callerNumber} />}
        </Stack>
      </Table.Td>
      <Table.Td>
        {message.boxName}
        {message.caseNumber !== null && (
          <Text size="xs" c="dimmed">
            #{message.caseNumber} {message.caseSubject}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{message.playable ? durationText(message.durationMs) : <Trans>Recording now</Trans>}</Table.Td>
      <Table.Td>{message.assigneeName}</Table.Td>
      <Table.Td>
        <StateButtons message={message} />
      </Table.Td>
    </Table.Tr>
  );
}
