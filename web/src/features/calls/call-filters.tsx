import { Button, Group, Select } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFilterOff } from '@tabler/icons-react';
import { type Call, callOutcomeSchema } from '../../../../shared/api/calls.ts';
import { useSession } from '../../lib/session.ts';
import { rangeQuery } from '../../records/day-range.ts';
import { AgentSelect, PeriodInputs } from '../../records/filter-inputs.tsx';
import { useOutcomeText } from '../../records/outcome-badge.tsx';
import { useQueueOptions } from '../../records/queues.ts';

type Outcome = NonNullable<Call['outcome']>;

export interface CallFilter {
  fromDay: string;
  toDay: string;
  queueId: string | null;
  agentId: string | null;
  outcome: Outcome | null;
}

export const noFilter: CallFilter = { fromDay: '', toDay: '', queueId: null, agentId: null, outcome: null };

/** The filter as the list's query. */
export const filterQuery = (filter: CallFilter) => ({
  ...rangeQuery(filter.fromDay, filter.toDay),
  ...(filter.queueId === null ? {} : { queueId: filter.queueId }),
  ...(filter.agentId === null ? {} : { agentId: filter.agentId }),
  ...(filter.outcome === null ? {} : { outcome: filter.outcome }),
});

interface Props {
  value: CallFilter;
  onChange: (filter: CallFilter) => void;
}

/** Period, queue, agent and result of the call log. */
export function CallFilters({ value, onChange }: Props) {
  const { t } = useLingui();
  const { can } = useSession();
  const outcomeText = useOutcomeText();
  const queues = useQueueOptions();
  const set = (part: Partial<CallFilter>) => onChange({ ...value, ...part });
  return (
    <Group gap="sm" align="flex-end">
      <PeriodInputs value={value} onChange={set} />
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
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconFilterOff size={18} aria-hidden />}
        disabled={Object.values(filterQuery(value)).length === 0}
        onClick={() => onChange(noFilter)}
      >
        <Trans>Clear filters</Trans>
      </Button>
    </Group>
  );
}
