import { Stack, Table, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { listSimulations, type Simulation } from '../../../../shared/api/simulations.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime, formatDay } from '../../lib/format.ts';
import { figureText } from '../../records/figure-text.ts';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { SimulationState, useRequestText } from './simulation-state.tsx';

/** Simulations of this company, newest first. */
export function SimulationList({ shownId, onShow }: { shownId: string | null; onShow: (id: string) => void }) {
  const { t } = useLingui();
  const list = useList([listSimulations.id], (cursor, signal) => call(listSimulations, { query: { limit: 20, ...(cursor === undefined ? {} : { cursor }) } }, signal));
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        <Trans>Earlier simulations</Trans>
      </Title>
      <ListState list={list} empty={{ title: t`No simulations yet`, hint: t`Choose a day above and change something.` }}>
        {(simulations) => <Rows simulations={simulations} shownId={shownId} onShow={onShow} />}
      </ListState>
    </Stack>
  );
}

function Rows({ simulations, shownId, onShow }: { simulations: readonly Simulation[]; shownId: string | null; onShow: (id: string) => void }) {
  const { i18n } = useLingui();
  const text = useRequestText();
  return (
    <TableFrame minWidth={820}>
      <Table fz="sm" verticalSpacing={4} className="scc-digits">
        <Columns>
          <Trans>Day</Trans>
          <Trans>Queue</Trans>
          <Trans>Changes</Trans>
          <Trans>State</Trans>
          <Table.Th ta="right">SL3</Table.Th>
          <Trans>Started</Trans>
          <Trans>By</Trans>
        </Columns>
        <Table.Tbody>
          {simulations.map((simulation) => (
            <Table.Tr key={simulation.id} {...(simulation.id === shownId ? { bg: 'var(--mantine-color-blue-0)' } : {})}>
              <Table.Td>
                <UnstyledButton fz="sm" td="underline" onClick={() => onShow(simulation.id)}>
                  {formatDay(simulation.request.day, i18n.locale)}
                </UnstyledButton>
              </Table.Td>
              <Table.Td>{simulation.queueName}</Table.Td>
              <Table.Td>{text(simulation.request)}</Table.Td>
              <Table.Td>
                <SimulationState state={simulation.state} />
              </Table.Td>
              <Table.Td ta="right">{figureText(simulation.result?.changed.serviceLevels.SL3, 'ratio')}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{formatDateTime(simulation.createdAt, i18n.locale)}</Table.Td>
              <Table.Td>{simulation.createdByName}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
