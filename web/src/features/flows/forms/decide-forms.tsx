import { MultiSelect, NumberInput, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Clause, NodeOf } from '../../../../../shared/flow/nodes.ts';
import { BUILT_IN_VARIABLES } from '../../../../../shared/flow/variables.ts';
import { exitText } from '../exit-text.ts';
import { OpenHoursFields } from '../open-hours-fields.tsx';
import { ChoiceInput, Rows, SecondsInput, type FormProps } from './fields.tsx';
import { VariableHint } from './sound-forms.tsx';

const NO_HOURS = { timeZone: 'Asia/Tokyo', days: {} };

/** A calendar of the company, or hours of this step alone. */
export function CalendarForm({ node, references, onChange }: FormProps<'hours' | 'holiday'>) {
  const { t } = useLingui();
  const isOwn = node.calendar === undefined;
  const { calendar: _, ...without } = node;
  const own = { ...without, hours: node.hours ?? NO_HOURS } as NodeOf<'hours'>;
  return (
    <Stack gap="sm">
      <Switch label={t`Hours of this step alone`} checked={isOwn} onChange={(event) => onChange(event.currentTarget.checked ? own : { ...node, calendar: references.calendars[0]?.value ?? '' })} />
      {isOwn ? (
        <OpenHoursFields hours={node.hours ?? NO_HOURS} onChange={(hours) => onChange({ ...own, hours })} />
      ) : (
        <ChoiceInput label={t`Calendar`} options={references.calendars} value={node.calendar ?? ''} onChange={(calendar) => onChange({ ...node, calendar })} />
      )}
    </Stack>
  );
}

function ClauseFields({ clause, names, set }: { clause: Clause; names: readonly string[]; set: (clause: Clause) => void }) {
  const { t } = useLingui();
  const operators = [
    { value: 'is', label: t`is` },
    { value: 'isNot', label: t`is not` },
    { value: 'less', label: t`is less than` },
    { value: 'greater', label: t`is greater than` },
    { value: 'contains', label: t`contains` },
    { value: 'startsWith', label: t`starts with` },
    { value: 'isSet', label: t`is set` },
    { value: 'isNotSet', label: t`is not set` },
  ];
  return (
    <Stack gap={4}>
      <Select size="xs" aria-label={t`Variable`} data={[...new Set([...names, clause.left])]} value={clause.left} onChange={(next) => next !== null && set({ ...clause, left: next })} searchable allowDeselect={false} />
      <Select size="xs" aria-label={t`Comparison`} data={operators} value={clause.operator} onChange={(next) => next !== null && set({ ...clause, operator: next as Clause['operator'] })} allowDeselect={false} />
      {!clause.operator.endsWith('Set') && <TextInput size="xs" aria-label={t`Value`} value={clause.right} onChange={(event) => set({ ...clause, right: event.currentTarget.value })} maxLength={200} />}
    </Stack>
  );
}

/** @param names variables that the flow sets */
export function ConditionForm({ node, names, onChange }: FormProps<'condition'> & { names: readonly string[] }) {
  const { t } = useLingui();
  const known = [...BUILT_IN_VARIABLES, ...names];
  const clause: Clause = { left: 'caller.number', operator: 'startsWith', right: '' };
  return (
    <Stack gap="sm">
      <Rows legend={<Trans>Cases, the first that holds is taken</Trans>} rows={node.cases} removeLabel={(index) => t`Remove case ${index + 1}`} addLabel={<Trans>Add a case</Trans>} make={() => ({ match: 'all' as const, clauses: [clause], to: '' })} ordered onChange={(cases) => onChange({ ...node, cases })}>
        {(entry, set, index) => (
          <Stack gap={4} pl="xs" style={{ borderLeft: '3px solid var(--mantine-color-gray-3)' }}>
            <Text size="sm" fw={600}>
              <Trans>Case no. {index + 1}</Trans>
            </Text>
            <Select
              size="xs"
              aria-label={t`How the conditions are joined`}
              data={[
                { value: 'all', label: t`All of these` },
                { value: 'any', label: t`One of these` },
              ]}
              value={entry.match}
              onChange={(next) => next !== null && set({ ...entry, match: next as 'all' | 'any' })}
              allowDeselect={false}
            />
            <Rows legend={<Trans>Conditions</Trans>} rows={entry.clauses} removeLabel={(other) => t`Remove condition ${other + 1}`} addLabel={<Trans>Add a condition</Trans>} make={() => clause} max={10} onChange={(clauses) => set({ ...entry, clauses })}>
              {(one, setOne) => <ClauseFields clause={one} names={known} set={setOne} />}
            </Rows>
          </Stack>
        )}
      </Rows>
      <VariableHint />
    </Stack>
  );
}

export function SetForm({ node, onChange }: FormProps<'set'>) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <Rows legend={<Trans>Variables</Trans>} rows={node.assignments} removeLabel={(index) => t`Remove variable ${index + 1}`} addLabel={<Trans>Add a variable</Trans>} make={() => ({ variable: 'value', value: '' })} ordered onChange={(assignments) => onChange({ ...node, assignments })}>
        {(row, set) => (
          <>
            <TextInput size="xs" aria-label={t`Variable`} value={row.variable} onChange={(event) => set({ ...row, variable: event.currentTarget.value.replaceAll(/[^A-Za-z0-9_]/g, '') })} maxLength={40} />
            <TextInput size="xs" aria-label={t`Value`} value={row.value} onChange={(event) => set({ ...row, value: event.currentTarget.value })} maxLength={1000} />
          </>
        )}
      </Rows>
      <VariableHint />
    </Stack>
  );
}

export function CustomerForm({ node, onChange }: FormProps<'customer'>) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <TextInput label={t`Number to look for`} value={node.number} onChange={(event) => onChange({ ...node, number: event.currentTarget.value })} maxLength={200} />
      <Text size="xs" c="dimmed">
        <Trans>Sets customer.id, customer.count and customer.labels for conditions.</Trans>
      </Text>
      <VariableHint />
    </Stack>
  );
}

export function HttpForm({ node, onChange }: FormProps<'http'>) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <Select label={t`Method`} data={['GET', 'POST']} value={node.method} onChange={(next) => next !== null && onChange({ ...node, method: next as 'GET' | 'POST' })} allowDeselect={false} />
      <TextInput type="url" label={t`Address`} description={t`In the public internet, answers JSON of at most 64 KiB`} value={node.url} onChange={(event) => onChange({ ...node, url: event.currentTarget.value })} maxLength={500} />
      {node.method === 'POST' && <Textarea label={t`Body (JSON)`} ff="monospace" value={node.body} onChange={(event) => onChange({ ...node, body: event.currentTarget.value })} maxLength={4000} autosize minRows={3} maxRows={10} />}
      <SecondsInput label={t`Longest wait`} valueMs={node.timeoutMs} min={0.1} max={10} onChange={(timeoutMs) => onChange({ ...node, timeoutMs })} />
      <Rows legend={<Trans>Values to keep</Trans>} rows={node.save} removeLabel={(index) => t`Remove value ${index + 1}`} addLabel={<Trans>Add a value</Trans>} make={() => ({ path: '', variable: 'value' })} onChange={(save) => onChange({ ...node, save })}>
        {(row, set) => (
          <>
            <TextInput size="xs" aria-label={t`Place in the answer`} placeholder="items.0.state" value={row.path} onChange={(event) => set({ ...row, path: event.currentTarget.value })} maxLength={200} />
            <TextInput size="xs" aria-label={t`Variable`} value={row.variable} onChange={(event) => set({ ...row, variable: event.currentTarget.value.replaceAll(/[^A-Za-z0-9_]/g, '') })} maxLength={40} />
          </>
        )}
      </Rows>
      <VariableHint />
    </Stack>
  );
}

/** Rules of a queue by which it sends calls away, each with a branch where it is wanted. */
const EXITS = ['wait', 'length', 'noAgents', 'closed', 'emergency', 'callback'] as const;

export function QueueForm({ node, references, onChange }: FormProps<'queue'>) {
  const { t, i18n } = useLingui();
  return (
    <Stack gap="sm">
      <ChoiceInput label={t`Queue`} options={references.queues} value={node.queue} onChange={(queue) => onChange({ ...node, queue })} />
      <NumberInput label={t`Priority`} description={t`Higher is served first`} value={node.priority} onChange={(next) => typeof next === 'number' && onChange({ ...node, priority: next })} min={0} max={100} allowDecimal={false} />
      <SecondsInput label={t`Longest wait`} description={t`0 = no limit`} valueMs={node.maxWaitMs} onChange={(maxWaitMs) => onChange({ ...node, maxWaitMs })} />
      <SecondsInput label={t`Announcement every`} description={t`0 = never`} valueMs={node.announceEveryMs} onChange={(announceEveryMs) => onChange({ ...node, announceEveryMs })} />
      <Select
        label={t`Script of the agent`}
        placeholder={t`That of the queue`}
        data={[...references.scripts]}
        value={node.script ?? null}
        onChange={(script) => {
          const { script: _, ...rest } = node;
          onChange(script === null ? rest : { ...rest, script });
        }}
        clearable
        searchable
      />
      <MultiSelect
        label={t`Ways out of their own`}
        description={t`Where the queue sends a call away by its rules; others leave by “Overflow”`}
        data={EXITS.map((exit) => ({ value: exit, label: exitText(i18n, { ...node, exits: { [exit]: '' } }, `exits.${exit}`) }))}
        value={EXITS.filter((exit) => node.exits?.[exit] !== undefined)}
        onChange={(chosen) => onChange({ ...node, exits: Object.fromEntries(EXITS.filter((exit) => chosen.includes(exit)).map((exit) => [exit, node.exits?.[exit] ?? ''])) })}
      />
      {node.exits?.callback !== undefined && (
        <Switch
          label={t`Callback to another number`}
          description={t`Callers may type the number to be called at; also those whose number is withheld`}
          checked={node.askCallbackNumber ?? false}
          onChange={(event) => onChange({ ...node, askCallbackNumber: event.currentTarget.checked })}
        />
      )}
    </Stack>
  );
}
