import { Alert, Button, Card, Checkbox, Group, MultiSelect, NumberInput, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useState } from 'react';
import { listCalendars } from '../../../../shared/api/calendars.ts';
import { createQueue, listQueues, type Queue, updateQueue } from '../../../../shared/api/queues.ts';
import { call } from '../../lib/api.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { LeaveQuestion } from '../../records/leave-question.tsx';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { useAll } from '../../records/use-all.ts';
import { useSave } from '../../records/use-save.ts';
import { Amount, Seconds } from './amounts.tsx';
import { ExpressionInput } from './expression-input.tsx';
import { MemberPlaces } from './member-places.tsx';
import { useOrderTexts } from './order-texts.ts';
import { changesOf, draftOf, isSendable, type PartProps, type QueueDraft } from './queue-draft.ts';
import { RingsInput } from './rings-input.tsx';
import { SkillLevels } from './skill-levels.tsx';

interface Props {
  /** Null = a new queue. */
  stored: Queue | null;
  queues: readonly Queue[];
  onClose: () => void;
}

/** Everything that a queue goes by. It counts from the next decision on, for calls that wait too. */
export function QueueForm({ stored, queues, onClose }: Props) {
  const { t } = useLingui();
  const before = draftOf(stored);
  const [draft, setDraft] = useState(before);
  const [code, setCode] = useState(stored?.code ?? '');
  const [leaving, setLeaving] = useState(false);
  const changed = changesOf(before, draft);
  const dirty = Object.keys(changed).length > 0 || code !== (stored?.code ?? '');
  const isCode = /^[a-z0-9][a-z0-9_-]{0,49}$/.test(code);
  const save = useSave({
    run: () => (stored ? call(updateQueue, { params: { id: stored.id }, body: changed }) : call(createQueue, { body: { ...changed, code, name: draft.name } })),
    refresh: [listQueues.id],
    done: t`Queue saved; it counts at once, for calls that wait too`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isCode && isSendable(draft)) save.mutate(undefined);
  };
  const set = (part: Partial<QueueDraft>) => setDraft((now) => ({ ...now, ...part }));
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={900}>
        <LeaveGuard dirty={dirty && !save.isPending} />
        {leaving && dirty && <LeaveQuestion onStay={() => setLeaving(false)} onLeave={onClose} />}
        <Part title={<Trans>Queue</Trans>}>
          <Group gap="sm" align="flex-start">
            <TextInput label={t`Code`} value={code} onChange={(event) => setCode(event.currentTarget.value)} readOnly={stored !== null} required maxLength={50} error={code !== '' && !isCode ? t`Small letters, digits, - and _ only` : undefined} />
            <TextInput label={t`Name`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={100} w={280} />
          </Group>
          <Basics draft={draft} set={set} />
        </Part>
        <Choice draft={draft} set={set} />
        <Part title={<Trans>Expanding rings</Trans>}>
          <RingsInput rings={draft.rings} queues={queues.filter(({ id }) => id !== stored?.id)} onChange={(rings) => set({ rings })} />
        </Part>
        <Preferred draft={draft} set={set} />
        <Limits draft={draft} set={set} />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => (dirty ? setLeaving(true) : onClose())}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!dirty || !isCode || !isSendable(draft)}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}

function Basics({ draft, set }: PartProps) {
  const { t } = useLingui();
  return (
    <>
      <Group gap="sm" align="flex-end">
        <Seconds label={t`Ring one agent for`} ms={draft.offerTimeoutMs} least={1} onChange={(offerTimeoutMs) => set({ offerTimeoutMs })} />
        <Seconds label={t`Service level within`} ms={draft.serviceLevelMs} least={1} onChange={(serviceLevelMs) => set({ serviceLevelMs })} />
        <NumberInput
          label={t`Hold alarm after`}
          description={t`Empty: as in the settings. 0: never`}
          value={draft.holdAlarmSeconds ?? ''}
          onChange={(value) => set({ holdAlarmSeconds: value === '' ? null : Math.min(3600, Math.max(0, Math.round(Number(value) || 0))) })}
          min={0}
          max={3600}
          suffix={t` s`}
          allowDecimal={false}
          w={240}
        />
        <Amount label={t`Missed calls until away`} value={draft.missedOffersToAway} most={100} onChange={(missedOffersToAway) => set({ missedOffersToAway })} />
      </Group>
      <Checkbox label={t`Record the calls`} checked={draft.record} onChange={(event) => set({ record: event.currentTarget.checked })} />
    </>
  );
}

function Choice({ draft, set }: PartProps) {
  const { t } = useLingui();
  const orders = useOrderTexts();
  const people = usePeople('active');
  const isPlaced = draft.order === 'linear' || draft.order === 'roundRobin' || draft.order === 'weightedRandom';
  return (
    <Part title={<Trans>Who gets the call</Trans>}>
      <MultiSelect label={t`Members`} data={peopleOptions(people)} value={draft.memberIds} onChange={(memberIds) => set({ memberIds })} searchable clearable hidePickedOptions />
      <SkillLevels label={t`Required skills`} skills={draft.requiredSkills} onChange={(requiredSkills) => set({ requiredSkills })} />
      <ExpressionInput label={t`Skill expression`} value={draft.skillExpression} onChange={(skillExpression) => set({ skillExpression })} />
      <Select
        label={t`Order of agents`}
        description={orders[draft.order].hint}
        data={Object.entries(orders).map(([value, { label }]) => ({ value, label }))}
        value={draft.order}
        onChange={(order) => order !== null && set({ order: order as QueueDraft['order'] })}
        allowDeselect={false}
        maw={420}
      />
      {isPlaced && <MemberPlaces draft={draft} people={people} set={set} />}
      <Group gap="sm" align="flex-end">
        <Amount label={t`Weight of the queue`} value={draft.weight} least={-1000} most={1000} onChange={(weight) => set({ weight })} />
        <Amount label={t`Points per waited minute`} value={draft.ageingPerMinute} most={1000} decimals onChange={(ageingPerMinute) => set({ ageingPerMinute })} />
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>For agents of several queues the call with the most points goes first: priority in the flow + weight + points for waiting.</Trans>
      </Text>
    </Part>
  );
}

function Preferred({ draft, set }: PartProps) {
  const { t } = useLingui();
  return (
    <Part title={<Trans>Preferred agent</Trans>}>
      <Group gap="sm" align="flex-end">
        <Seconds label={t`Wait for the last agent`} ms={draft.lastAgentMs} onChange={(lastAgentMs) => set({ lastAgentMs })} />
        <Seconds label={t`Wait for the customer’s owner`} ms={draft.ownerMs} onChange={(ownerMs) => set({ ownerMs })} />
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>0 = not asked first. Somebody who is not available is passed over at once.</Trans>
      </Text>
    </Part>
  );
}

function Limits({ draft, set }: PartProps) {
  const { t } = useLingui();
  const calendars = useAll(listCalendars).items.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Part title={<Trans>Limits</Trans>}>
      <Group gap="sm" align="flex-end">
        <Seconds label={t`Longest wait`} ms={draft.maxWaitMs} onChange={(maxWaitMs) => set({ maxWaitMs })} />
        <Amount label={t`Most waiting calls`} value={draft.maxLength} most={100_000} onChange={(maxLength) => set({ maxLength })} />
        <Select
          label={t`Without agents`}
          data={[
            { value: 'wait', label: t`Calls wait` },
            { value: 'loggedOff', label: t`Leave when all are logged off` },
            { value: 'unavailable', label: t`Leave when nobody takes calls` },
          ]}
          value={draft.noAgents}
          onChange={(noAgents) => noAgents !== null && set({ noAgents: noAgents as QueueDraft['noAgents'] })}
          allowDeselect={false}
          w={280}
        />
        <Select label={t`Opening hours`} placeholder={t`Always open`} data={calendars} value={draft.calendarId} onChange={(calendarId) => set({ calendarId })} clearable w={220} />
      </Group>
      <Alert color="gray" p="xs">
        <Trans>0 = no limit. A call that leaves goes on in its flow by the way for that reason, and counts as overflowed.</Trans>
      </Alert>
    </Part>
  );
}
