import { Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Forecast } from '../../../../shared/api/forecasts.ts';
import { formatClock } from '../../lib/format.ts';
import { figureText } from '../../records/figure-text.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { busyPart } from './intervals.ts';

const whole = (value: number | null): string => (value === null ? '–' : String(value));

/** The forecast in figures, from the first to the last interval with calls. */
export function ForecastTable({ forecast }: { forecast: Forecast }) {
  const { i18n } = useLingui();
  const { total } = forecast;
  const rows = busyPart(forecast.rows, ({ calls, actual }) => calls > 0 || (actual ?? 0) > 0);
  const clock = (iso: string): string => formatClock(iso, i18n.locale).slice(0, 5);
  return (
    <TableFrame minWidth={980}>
      <Table fz="sm" className="scc-digits" verticalSpacing={4} highlightOnHover>
        <Head />
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.from}>
              <Table.Td>{clock(row.from)}</Table.Td>
              <Table.Td ta="right">{row.calls.toFixed(1)}</Table.Td>
              <Table.Td ta="right">
                {row.lowest}–{row.highest}
              </Table.Td>
              <Table.Td ta="right">{whole(row.actual)}</Table.Td>
              <Table.Td ta="right">{figureText(row.handleMs, 'ms')}</Table.Td>
              <Table.Td ta="right">{row.erlangs.toFixed(2)}</Table.Td>
              <Table.Td ta="right">{whole(row.agentsC)}</Table.Td>
              <Table.Td ta="right">{whole(row.agentsA)}</Table.Td>
              <Table.Td ta="right" fw={700}>
                {whole(row.rostered)}
              </Table.Td>
              <Table.Td ta="right" {...(row.agentsA !== null && row.scheduled < row.agentsA ? { c: 'red.9' } : {})}>
                {row.scheduled.toFixed(1)}
              </Table.Td>
              <Table.Td ta="right">{figureText(row.serviceLevel, 'ratio')}</Table.Td>
              <Table.Td ta="right">{figureText(row.occupancy, 'ratio')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>
              <Trans>Total</Trans>
            </Table.Th>
            <Table.Td ta="right">{total.calls.toFixed(1)}</Table.Td>
            <Table.Td />
            <Table.Td ta="right">{whole(total.actual)}</Table.Td>
            <Table.Td ta="right">{figureText(total.handleMs, 'ms')}</Table.Td>
            <Table.Td colSpan={7} />
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </TableFrame>
  );
}

function Head() {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th>
          <Trans>Beginning</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Calls forecast</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Lowest–highest</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Actual</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Handle time</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Load (erlangs)</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Erlang C</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Erlang A</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>With shrinkage</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>On shift</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Service level</Trans>
        </Table.Th>
        <Table.Th ta="right">
          <Trans>Occupancy</Trans>
        </Table.Th>
      </Table.Tr>
    </Table.Thead>
  );
}
