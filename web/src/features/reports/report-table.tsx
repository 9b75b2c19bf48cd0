import { Group, Table, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconInfoCircle } from '@tabler/icons-react';
import type { CallReport, CallReportRow, ReportGroup } from '../../../../shared/api/reports.ts';
import type { CallCount, MetricDefinition } from '../../../../shared/metrics/call-report.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { formatDateTime } from '../../lib/format.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { useKept } from '../../records/kept.ts';
import { SortHead } from '../../records/sort-head.tsx';
import { sortedRows, type Sorting } from '../../records/sorting.ts';
import { FigureButton } from './figure-button.tsx';
import { shortLabel } from './report-columns.ts';
import { useGroupText } from './report-filters.tsx';

interface Props {
  report: CallReport;
  groupBy: ReportGroup;
  columns: readonly MetricDefinition[];
  /** Opens the calls behind a figure; a null row is the total. */
  onAsk: (row: CallReportRow | null, count: CallCount, title: string) => void;
}

/** Intervals downwards, figures across. Figures are buttons: each leads to its calls. */
export function ReportTable({ report, groupBy, columns, onAsk }: Props) {
  const { i18n, t } = useLingui();
  const groupText = useGroupText();
  const [sorting, setSorting] = useKept<Sorting | null>('sorting', null);
  const sort = { sorting, onSort: setSorting };
  const valueOf = (row: CallReportRow, column: string) => (column === 'slot' ? row.from : column === 'group' ? row.name : row.figures[column]);
  const key = (row: CallReportRow): string => `${row.from} ${row.key}`;
  return (
    <TableFrame minWidth={200 + columns.length * 136}>
      <Table fz="sm" className="scc-digits scc-first-stays" verticalSpacing={4} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <SortHead id="slot" name={t`Time slot`} {...sort}>
              <Trans>Time slot</Trans>
            </SortHead>
            {groupBy !== 'none' && (
              <SortHead id="group" name={groupText[groupBy]} {...sort}>
                {groupText[groupBy]}
              </SortHead>
            )}
            {columns.map((metric) => (
              <SortHead key={metric.id} id={metric.id} name={wordsIn(i18n.locale, metric.label)} figures {...sort}>
                <FormulaHead metric={metric} />
              </SortHead>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sortedRows(report.rows, sorting, valueOf).map((row) => (
            <Table.Tr key={key(row)}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{formatDateTime(row.from, i18n.locale)}</Table.Td>
              {groupBy !== 'none' && <Table.Td>{row.key === '' ? <Without /> : row.name}</Table.Td>}
              {columns.map((metric) => (
                <Table.Td key={metric.id} ta="right">
                  <FigureButton metric={metric} value={row.figures[metric.id]} onAsk={(title) => onAsk(row, metric.behind, title)} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>
              <Trans>Total</Trans>
            </Table.Th>
            {groupBy !== 'none' && <Table.Th />}
            {columns.map((metric) => (
              <Table.Th key={metric.id} ta="right">
                <FigureButton metric={metric} value={report.total.figures[metric.id]} onAsk={(title) => onAsk(null, metric.behind, title)} />
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </TableFrame>
  );
}

function Without() {
  return (
    <Text span size="sm" c="dimmed">
      <Trans>(none)</Trans>
    </Text>
  );
}

/** The name of a column; its whole name and formula on focus and hover. */
function FormulaHead({ metric }: { metric: MetricDefinition }) {
  const { i18n } = useLingui();
  const text = `${wordsIn(i18n.locale, metric.label)}: ${wordsIn(i18n.locale, metric.formula)}`;
  return (
    <Tooltip label={text} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton fz="sm" fw={600} aria-label={text}>
        <Group gap={2} wrap="nowrap" justify="flex-end" style={{ whiteSpace: 'nowrap' }}>
          {shortLabel(metric, i18n.locale)}
          <IconInfoCircle size={14} aria-hidden style={{ flexShrink: 0, opacity: 0.6 }} />
        </Group>
      </UnstyledButton>
    </Tooltip>
  );
}
