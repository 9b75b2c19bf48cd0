import { Group, Select } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { type Call, callOutcomeSchema } from '../../../../shared/api/calls.ts';
import { useSession } from '../../lib/session.ts';
import { rangeQuery } from '../../records/day-range.ts';
import { AgentSelect, ClearFilters, CallNumberInput, PeriodInputs } from '../../records/filter-inputs.tsx';
import { useOutcomeText } from '../../records/outcome-badge.tsx';
import { useQueueOptions } from '../../records/queues.ts';
import { useWrapUpCodes } from '../../records/wrap-up-codes.ts';

type Outcome = NonNullable<Call['outcome']>;

export interface CallFilter {
  fromDay: string;
  toDay: string;
  queueId: string | null;
  agentId: string | null;
  outcome: Outcome | null;
  direction: Call['direction'] | null;
  wrapUpCodeId: string | null;
  number: string;
}

export const noFilter: CallFilter = { fromDay: '', toDay: '', queueId: null, agentId: null, outcome: null, direction: null, wrapUpCodeId: null, number: '' };

/** The filter as the list's query. */
export const filterQuery = (filter: CallFilter) => ({
  ...rangeQuery(filter.fromDay, filter.toDay),
  ...(filter.queueId === null ? {} : { queueId: filter.queueId }),
  ...(filter.agentId === null ? {} : { agentId: filter.agentId }),
  ...(filter.outcome === null ? {} : { outcome: filter.outcome }),
  ...(filter.direction === null ? {} : { direction: filter.direction }),
  ...(filter.wrapUpCodeId === null ? {} : { wrapUpCodeId: filter.wrapUpCodeId }),
  ...(filter.number === '' ? {} : { number: filter.number }),
});

interface Props {
  value: CallFilter;
  onChange: (filter: CallFilter) => void;
}

/** Period, number, direction, queue, agent and result of the call log. */
export function CallFilters({ value, onChange }: Props) {
  const { t } = useLingui();
  const { can } = useSession();
  const outcomeText = useOutcomeText();
  const queues = useQueueOptions();
  const codes = useWrapUpCodes();
  const set = (part: Partial<CallFilter>) => onChange({ ...value, ...part });
  return (
    <Group gap="sm" align="flex-end">
      <PeriodInputs value={value} onChange={set} />
      <CallNumberInput value={value.number} onChange={(number) => set({ number })} />
      <Select
        label={t`Kind`}
        placeholder={t`All`}
        clearable
        w={130}
        data={[
          { value: 'inbound', label: t`Inbound call` },
          { value: 'outbound', label: t`Outbound call` },
        ]}
        value={value.direction}
        onChange={(direction) => set({ direction: direction as CallFilter['direction'] })}
      />
      <Select
        label={t`Queue`}
        placeholder={t`All`}
        clearable
        w={160}
        data={queues}
        value={value.queueId}
        onChange={(queueId) => set({ queueId })}
      />
      {can('call.read.all') && <AgentSelect value={value.agentId} onChange={(agentId) => set({ agentId })} />}
      <Select
        label={t`Result`}
        placeholder={t`All`}
        clearable
        w={160}
        data={callOutcomeSchema.options.map((outcome) => ({ value: outcome, label: outcomeText(outcome) }))}
        value={value.outcome}
        onChange={(outcome) => set({ outcome: outcome as Outcome | null })}
      />
      <Select
        label={t`Wrap-up result`}
        placeholder={t`All`}
        clearable
        searchable
        w={200}
        data={codes.options(value.wrapUpCodeId)}
        value={value.wrapUpCodeId}
        onChange={(wrapUpCodeId) => set({ wrapUpCodeId })}
      />
      <ClearFilters disabled={Object.values(filterQuery(value)).length === 0} onClear={() => onChange(noFilter)} />
    </Group>
  );
}
