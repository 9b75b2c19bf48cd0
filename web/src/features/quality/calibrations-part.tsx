import { Anchor, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconHourglass, IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type Calibration, listCalibrations } from '../../../../shared/api/calibrations.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';

/** Calibration sessions, newest first. */
export function CalibrationsPart() {
  const { t } = useLingui();
  const list = useList([listCalibrations.id], (cursor, signal) => call(listCalibrations, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        <Trans>Several evaluators score the same call without seeing each other’s scores, and compare afterwards. Begin one on the page of a call.</Trans>
      </Text>
      <ListState list={list} empty={{ title: t`No calibration yet`, hint: t`Open a recorded call from the history and choose “Calibrate with this call”.` }}>
        {(items) => <CalibrationTable items={items} />}
      </ListState>
    </Stack>
  );
}

const LOOKS = { open: { color: 'blue', icon: IconHourglass }, closed: { color: 'teal', icon: IconCheck }, cancelled: { color: 'gray', icon: IconX } } as const;

/** How far a session is, in a word. */
export function CalibrationState({ state }: { state: Calibration['state'] }) {
  const { t } = useLingui();
  const words = { open: t`Scoring`, closed: t`Compared`, cancelled: t`Cancelled` };
  return <Tag {...LOOKS[state]}>{words[state]}</Tag>;
}

function CalibrationTable({ items }: { items: readonly Calibration[] }) {
  const { i18n } = useLingui();
  return (
    <TableFrame minWidth={680}>
      <Table verticalSpacing="xs">
        <Columns>
          <Trans>Name</Trans>
          <Trans>Time of the call</Trans>
          <Trans>Agent</Trans>
          <Trans>Score sheet</Trans>
          <Trans>Handed in</Trans>
          <Trans>State</Trans>
        </Columns>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={item.id}>
              <Table.Td>
                <Anchor inherit renderRoot={(props) => <Link {...props} to="/calibrations/$id" params={{ id: item.id }} />}>
                  {item.name}
                </Anchor>
              </Table.Td>
              <Table.Td>{formatDateTime(item.calledAt, i18n.locale)}</Table.Td>
              <Table.Td>{item.agentName}</Table.Td>
              <Table.Td>{item.sheetName}</Table.Td>
              <Table.Td>
                {item.participants.filter(({ submittedAt }) => submittedAt !== null).length} / {item.participants.length}
              </Table.Td>
              <Table.Td>
                <CalibrationState state={item.state} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
