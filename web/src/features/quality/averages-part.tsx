import { Alert, Group, SegmentedControl, Select, Stack, Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listEvaluations } from '../../../../shared/api/evaluations.ts';
import { exportQualityAverages, getQualityAverages, type QualityAverages, type QualityGroup } from '../../../../shared/api/quality-averages.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary, type CallRequest } from '../../lib/api.ts';
import { dayInJapan, periodOf } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { PeriodInputs } from '../../records/filter-inputs.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { EvaluationTable } from './evaluation-table.tsx';
import { percentText } from './score-tags.tsx';
import { useSheets } from './use-sheets.ts';

type BehindQuery = Omit<NonNullable<CallRequest<typeof listEvaluations>['query']>, 'limit' | 'cursor'>;
interface Question {
  title: string;
  query: BehindQuery;
}

/** Averages of what was published; behind every count stands the list of its evaluations. */
export function AveragesPart() {
  const { t } = useLingui();
  const [days, setDays] = useKept('days', () => ({ fromDay: dayInJapan(Date.now(), -30), toDay: dayInJapan(Date.now()) }));
  const [groupBy, setGroupBy] = useKept<QualityGroup>('group', 'agent');
  const [sheetId, setSheetId] = useKept<string | null>('sheet', null);
  const [question, setQuestion] = useState<Question | null>(null);
  const sheets = useSheets();
  const period = periodOf(days);
  const query = { ...(period ?? { from: '', to: '' }), groupBy, ...(sheetId === null ? {} : { sheetId }) };
  const averages = useQuery({
    queryKey: [getQualityAverages.id, query],
    queryFn: ({ signal }) => call(getQualityAverages, { query }, signal),
    enabled: period !== null,
    placeholderData: keepPreviousData,
  });
  const groups = [
    { value: 'agent', label: t`Agent` },
    { value: 'queue', label: t`Queue` },
    { value: 'sheet', label: t`Score sheet` },
  ];
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end" justify="space-between">
        <Group gap="sm" align="flex-end">
          <PeriodInputs value={days} onChange={(part) => setDays({ ...days, ...part })} />
          <Select label={t`Score sheet`} placeholder={t`All`} clearable w={180} data={sheets.map(({ id, name }) => ({ value: id, label: name }))} value={sheetId} onChange={setSheetId} />
          <SegmentedControl aria-label={t`Break down by`} data={groups} value={groupBy} onChange={(group) => setGroupBy(group as QualityGroup)} />
        </Group>
        <ExportMenu
          name={`${t`quality`}-${days.fromDay}`}
          disabled={period === null || !averages.data || averages.data.rows.length === 0}
          fetchFile={(form) => callBinary(exportQualityAverages, { query: { ...query, ...form } })}
        />
      </Group>
      {period === null && (
        <Alert color="yellow">
          <Trans>Choose a first and a last day.</Trans>
        </Alert>
      )}
      {averages.error && <ErrorState error={averages.error} onRetry={() => void averages.refetch()} />}
      {period !== null && averages.isPending && <LoadingRows rows={6} />}
      {averages.data?.rows.length === 0 && <EmptyState title={<Trans>No published evaluations in this period</Trans>} hint={<Trans>The days are those of the calls.</Trans>} />}
      {averages.data && averages.data.rows.length > 0 && <AverageTable averages={averages.data} groupBy={groupBy} base={{ from: query.from, to: query.to, ...(sheetId === null ? {} : { sheetId }) }} onOpen={setQuestion} />}
      {question && (
        <FormDialog onClose={() => setQuestion(null)} size="xl" title={question.title}>
          <Behind query={question.query} />
        </FormDialog>
      )}
    </Stack>
  );
}

const KEYS = { agent: 'agentId', queue: 'queueId', sheet: 'sheetId' } as const;

interface TableProps {
  averages: QualityAverages;
  groupBy: QualityGroup;
  base: BehindQuery;
  onOpen: (question: Question) => void;
}

function AverageTable({ averages, groupBy, base, onOpen }: TableProps) {
  const { t } = useLingui();
  const heads = { agent: t`Agent`, queue: t`Queue`, sheet: t`Score sheet` };
  const nameOf = (row: QualityAverages['rows'][number]): string => (row.key === null ? t`Without a queue` : row.name);
  const queryOf = (key: string | null): BehindQuery => ({ ...base, published: 'true', ...(key === null ? { noQueue: 'true' } : { [KEYS[groupBy]]: key }) });
  return (
    <TableFrame minWidth={640}>
      <Table className="scc-digits" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{heads[groupBy]}</Table.Th>
            <Table.Th ta="right">
              <Trans>Average score</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Evaluations</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Passed</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Pass rate</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Fatal item failed</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Appealed against</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {averages.rows.map((row) => (
            <Table.Tr key={row.key ?? ''}>
              <Table.Td>{nameOf(row)}</Table.Td>
              <Figures figures={row} name={nameOf(row)} query={queryOf(row.key)} onOpen={onOpen} />
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th scope="row">
              <Trans>Total</Trans>
            </Table.Th>
            <Figures figures={averages.total} name={t`Total`} query={{ ...base, published: 'true' }} onOpen={onOpen} />
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </TableFrame>
  );
}

interface FiguresProps {
  figures: QualityAverages['total'];
  name: string;
  query: BehindQuery;
  onOpen: (question: Question) => void;
}

function Figures({ figures, name, query, onOpen }: FiguresProps) {
  const { t } = useLingui();
  const cells: { count: number; head: string; more: BehindQuery }[] = [
    { count: figures.count, head: t`Evaluations`, more: {} },
    { count: figures.passed, head: t`Passed`, more: { passed: 'true' } },
    { count: figures.fatal, head: t`Fatal item failed`, more: { fatal: 'true' } },
    { count: figures.appealed, head: t`Appealed against`, more: { appealed: 'true' } },
  ];
  const [all, passed, ...rest] = cells.map(({ count, head, more }) => (
    <Table.Td key={head} ta="right">
      <Opener count={count} title={`${name}: ${head}`} onOpen={(title) => onOpen({ title, query: { ...query, ...more } })} />
    </Table.Td>
  ));
  return (
    <>
      <Table.Td ta="right">
        <Text span fw={600} size="sm">
          {percentText(figures.percent)}
        </Text>
      </Table.Td>
      {all}
      {passed}
      <Table.Td ta="right">{percentText(figures.count === 0 ? null : (figures.passed / figures.count) * 100)}</Table.Td>
      {rest}
    </>
  );
}

function Opener({ count, title, onOpen }: { count: number; title: string; onOpen: (title: string) => void }) {
  if (count === 0) return 0;
  return (
    <UnstyledButton onClick={() => onOpen(title)}>
      <VisuallyHidden>{title} </VisuallyHidden>
      <Text span size="sm" c="blue.8" td="underline">
        {count}
      </Text>
    </UnstyledButton>
  );
}

function Behind({ query }: { query: BehindQuery }) {
  const { t } = useLingui();
  const list = useList([listEvaluations.id, 'behind', query], (cursor, signal) => call(listEvaluations, { query: { ...query, ...(cursor === undefined ? {} : { cursor }) } }, signal));
  return (
    <ListState list={list} empty={{ title: t`No evaluations yet` }}>
      {(evaluations) => <EvaluationTable evaluations={evaluations} />}
    </ListState>
  );
}
