import { Button, Group, Select, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsShuffle } from '@tabler/icons-react';
import { useState } from 'react';
import { EVALUATION_STATES, type EvaluationState, listEvaluations } from '../../../../shared/api/evaluations.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { rangeQuery } from '../../records/day-range.ts';
import { AgentSelect, PeriodInputs } from '../../records/filter-inputs.tsx';
import { ListState } from '../../records/list-state.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { EvaluationTable } from './evaluation-table.tsx';
import { SampleDialog } from './sample-dialog.tsx';
import { useSheets } from './use-sheets.ts';
import { useStateWords } from './words.ts';

const noFilter = { fromDay: '', toDay: '', agentId: null as string | null, sheetId: null as string | null, state: null as EvaluationState | null };
type Filter = typeof noFilter;

/** Evaluations, newest first; the days are those of the calls. */
export function EvaluationsPart() {
  const { t } = useLingui();
  const { can } = useSession();
  const [filter, setFilter] = useKept('filter', noFilter);
  const [sampling, setSampling] = useState(false);
  const list = useList([listEvaluations.id, filter], (cursor, signal) =>
    call(
      listEvaluations,
      {
        query: {
          ...rangeQuery(filter.fromDay, filter.toDay),
          ...(filter.agentId === null ? {} : { agentId: filter.agentId }),
          ...(filter.sheetId === null ? {} : { sheetId: filter.sheetId }),
          ...(filter.state === null ? {} : { state: filter.state }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      },
      signal,
    ),
  );
  const evaluates = can('quality.evaluate');
  const sample = evaluates && (
    <Button leftSection={<IconArrowsShuffle size={18} aria-hidden />} onClick={() => setSampling(true)}>
      <Trans>Choose calls to evaluate</Trans>
    </Button>
  );
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end" justify="space-between">
        <Filters value={filter} onChange={setFilter} />
        {sample}
      </Group>
      <ListState
        list={list}
        empty={
          filter === noFilter
            ? { title: t`No evaluations yet`, hint: evaluates ? t`Choose calls here, or open a call from the history and evaluate it.` : t`An evaluation appears here when a supervisor publishes it.` }
            : { title: t`No evaluation matches`, hint: t`Try a longer period or fewer conditions.` }
        }
      >
        {(evaluations) => <EvaluationTable evaluations={evaluations} />}
      </ListState>
      {sampling && <SampleDialog onClose={() => setSampling(false)} />}
    </Stack>
  );
}

function Filters({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useLingui();
  const { can } = useSession();
  const words = useStateWords();
  const sheets = useSheets(can('quality.evaluate'));
  const set = (part: Partial<Filter>) => onChange({ ...value, ...part });
  const states = EVALUATION_STATES.filter((state) => can('quality.evaluate') || state !== 'draft');
  return (
    <Group gap="sm" align="flex-end">
      <PeriodInputs value={value} onChange={set} />
      {can('quality.evaluate') && <AgentSelect value={value.agentId} onChange={(agentId) => set({ agentId })} />}
      {can('quality.evaluate') && <Select label={t`Score sheet`} placeholder={t`All`} clearable w={180} data={sheets.map(({ id, name }) => ({ value: id, label: name }))} value={value.sheetId} onChange={(sheetId) => set({ sheetId })} />}
      <Select label={t`State`} placeholder={t`All`} clearable w={160} data={states.map((state) => ({ value: state, label: words[state] }))} value={value.state} onChange={(state) => set({ state: state as EvaluationState | null })} />
    </Group>
  );
}
