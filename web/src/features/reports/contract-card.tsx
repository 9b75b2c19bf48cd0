import { Alert, Group, Paper, Table, Text } from '@mantine/core';
import { msg } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconCalendarDue } from '@tabler/icons-react';
import { getContract, type ContractTimeline, type ContractView } from '../../../../shared/api/contracts.ts';
import { call } from '../../lib/api.ts';
import { formatDay } from '../../lib/format.ts';
import { OneState } from '../../records/one-state.tsx';
import { Tag } from '../../records/tag.tsx';
import { useOne } from '../../records/use-one.ts';

const MILESTONES: Record<ContractTimeline[number]['milestone'], ReturnType<typeof msg>> = {
  end: msg`The service ends (from 00:00 of this day)`,
  returnUntil: msg`Last day on which administrators can take data back`,
  deletion: msg`Data is deleted logically`,
  destruction: msg`Data is overwritten and keys are destroyed`,
  backupsGone: msg`No backup holds the data any more`,
};

const STATES: Record<ContractView['state'], ReturnType<typeof msg>> = {
  active: msg`In force`,
  ended: msg`The contract has ended`,
  logically_deleted: msg`Deleted logically`,
  destroying: msg`Being destroyed`,
  destroyed: msg`Destroyed`,
};

/** What the contract says of the data, by real days (white paper CLD.8.1.5). */
export function ContractCard() {
  const contract = useOne([getContract.id], (signal) => call(getContract, {}, signal), () => true);
  return <OneState query={contract}>{(known) => <Known contract={known} />}</OneState>;
}

/** What the next day asks of the company's people, while there is time. */
function Notice({ notice: { milestone, day: isoDay, daysLeft } }: { notice: NonNullable<ContractView['notice']> }) {
  const { i18n } = useLingui();
  const what = i18n._(MILESTONES[milestone]);
  const day = formatDay(isoDay, i18n.locale);
  return (
    <Alert color="orange" role="status" mt="xs" icon={<IconCalendarDue aria-hidden />} title={<Plural value={daysLeft} _0={`Today: ${what}`} one={`In # day: ${what}`} other={`In # days: ${what}`} />}>
      {milestone === 'returnUntil' || milestone === 'end' ? (
        <Trans>By {day}: take your data out under Settings, Data return. Administrators with a mail address are reminded by mail too.</Trans>
      ) : (
        <Trans>On {day}. Turn to the provider before it if you still need something. Administrators with a mail address are reminded by mail too.</Trans>
      )}
    </Alert>
  );
}

function Known({ contract: { state, timeline, isHeld, notice, returnedOn } }: { contract: ContractView }) {
  const { i18n, t } = useLingui();
  return (
    <Paper withBorder p="md">
      <Group justify="space-between">
        <Text fw={600}>
          <Trans>Contract</Trans>
        </Text>
        <Tag color={state === 'active' ? 'teal' : 'orange'}>{i18n._(STATES[state])}</Tag>
      </Group>
      {notice && <Notice notice={notice} />}
      {timeline.length === 0 ? (
        <Text size="sm" c="dimmed" mt="xs">
          <Trans>No end is agreed. After an end, data can be taken back for 30 days; it is kept for 180 days, deleted, and destroyed with its keys on day 210. Backups are gone 90 days later.</Trans>
        </Text>
      ) : (
        <Table mt="xs" aria-label={t`Days of the contract`}>
          <Table.Tbody>
            {timeline.map((entry) => (
              <Day key={entry.milestone} entry={entry} returned={entry.milestone === 'returnUntil' ? returnedOn : null} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {isHeld && (
        <Text size="sm" mt="xs">
          <Trans>The provider keeps the data for a legal reason: nothing is deleted while that lasts. Days of deletion are the earliest possible.</Trans>
        </Text>
      )}
    </Paper>
  );
}

function Day({ entry: { milestone, day, done, held }, returned }: { entry: ContractTimeline[number]; returned: string | null }) {
  const { i18n } = useLingui();
  const returnedOn = returned === null ? '' : formatDay(returned, i18n.locale);
  return (
    <Table.Tr c={done ? 'dimmed' : ''}>
      <Table.Th scope="row" fw={400}>
        {i18n._(MILESTONES[milestone])}
      </Table.Th>
      <Table.Td>
        <time dateTime={day}>{formatDay(day, i18n.locale)}</time>
      </Table.Td>
      <Table.Td>
        {done ? <Trans>This is done</Trans> : held ? <Trans>Under legal hold</Trans> : null}
        {returnedOn !== '' && (
          <Text span size="sm">
            {' '}
            <Trans>Data returned on {returnedOn}</Trans>
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
