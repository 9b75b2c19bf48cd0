import { Button, Card, Checkbox, Group, NumberInput, Select, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { FormEvent } from 'react';
import { listQueues, type Queue, updateQueue } from '../../../../shared/api/queues.ts';
import { getSettings, type Settings, updateSettings } from '../../../../shared/api/settings.ts';
import { listWrapUpCodes } from '../../../../shared/api/wrap-up-codes.ts';
import { call } from '../../lib/api.ts';
import { labelIn } from '../../lib/both-languages.ts';
import { pathTo } from '../../records/code-tree.ts';
import { ListState } from '../../records/list-state.tsx';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { useAll } from '../../records/use-all.ts';
import { useDraft } from '../../records/use-draft.ts';
import { useList } from '../../records/use-list.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

/** How each queue's calls are wrapped up. */
export function AfterCallWork() {
  const { t } = useLingui();
  const list = useList([listQueues.id], (cursor, signal) => call(listQueues, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <ListState list={list} empty={{ title: t`No queues yet` }}>
      {(queues) => (
        <Stack gap="md">
          <WholeTenant />
          {queues.map((queue) => (
            <QueueCard key={queue.id} queue={queue} />
          ))}
        </Stack>
      )}
    </ListState>
  );
}

/** What counts in the calls of every queue. */
function WholeTenant() {
  const settings = useOne([getSettings.id], (signal) => call(getSettings, {}, signal));
  return (
    <OneState query={settings}>
      {(stored) => (
        <>
          <HoldForm stored={stored} />
          <SuperviseForm stored={stored} />
        </>
      )}
    </OneState>
  );
}

/** Whether those in a call are always told that a supervisor came. */
function SuperviseForm({ stored }: { stored: Settings }) {
  const { t } = useLingui();
  const save = useSave({ run: (superviseTone: boolean) => call(updateSettings, { body: { superviseTone } }), refresh: [getSettings.id], done: t`Saved` });
  return (
    <Card withBorder padding="md" maw={820} component="section" aria-label={t`Monitoring`}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Monitoring</Trans>
        </Title>
        <Checkbox
          label={t`Always tell those in the call with a short tone`}
          description={t`When a supervisor monitors, whispers or joins. Without it each supervisor chooses. What was done is in the audit log and in the steps of the call either way.`}
          checked={stored.superviseTone}
          disabled={save.isPending}
          onChange={(event) => save.mutate(event.currentTarget.checked)}
        />
      </Stack>
    </Card>
  );
}

type HoldDraft = Pick<Settings, 'holdAlarmSeconds' | 'holdAutoReturn'>;
const HOLD = {
  draftOf: ({ holdAlarmSeconds, holdAutoReturn }: Settings): HoldDraft => ({ holdAlarmSeconds, holdAutoReturn }),
  sent: (draft: HoldDraft) => draft,
};

/** When a caller on hold counts as forgotten. */
function HoldForm({ stored }: { stored: Settings }) {
  const { t } = useLingui();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, HOLD);
  const save = useSave({
    run: (body: HoldDraft) => call(updateSettings, { body }),
    refresh: [getSettings.id],
    done: t`Saved; it counts from the next hold on`,
    onDone: (_stored, sent) => saved(sent),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <Card withBorder padding="md" maw={820} component="section" aria-label={t`Forgotten hold`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={2} size="h4">
            <Trans>Forgotten hold</Trans>
          </Title>
          {overtaken && <OvertakenNote onFollow={undo} />}
          <NumberInput
            label={t`Alarm after (seconds)`}
            description={t`The agent is told after this time, supervisors after twice the time. 0 = never.`}
            value={draft.holdAlarmSeconds}
            onChange={(value) => setDraft({ ...draft, holdAlarmSeconds: Number(value) || 0 })}
            min={0}
            max={3600}
            maw={360}
            allowDecimal={false}
          />
          <Checkbox label={t`After three times the time the caller comes back by itself`} checked={draft.holdAutoReturn} onChange={(event) => setDraft({ ...draft, holdAutoReturn: event.currentTarget.checked })} />
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending} disabled={!dirty}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function useModes() {
  const { t } = useLingui();
  const modes: { value: Queue['wrapUpMode']; label: string }[] = [
    { value: 'none', label: t`None: free at once` },
    { value: 'optional', label: t`Optional: the agent may end it early` },
    { value: 'forced', label: t`Forced: lasts its time` },
    { value: 'extendable', label: t`Extendable: the agent may end or lengthen it` },
  ];
  return modes;
}

/** Codes that have others below them: one of these can be a queue's part of the tree. */
function useGroups(): { value: string; label: string }[] {
  const { i18n } = useLingui();
  const codes = useAll(listWrapUpCodes).items;
  return codes
    .filter((code) => codes.some(({ parentId }) => parentId === code.id))
    .map((code) => ({ value: code.id, label: pathTo(codes, code.id).map((each) => labelIn(i18n.locale, each)).join(' › ') }));
}

const seconds = (ms: number): number => Math.round(ms / 1000);

type WrapUpDraft = Pick<Queue, 'wrapUpMode' | 'wrapUpMs' | 'wrapUpRequired' | 'wrapUpExtensions' | 'wrapUpExtendMs' | 'wrapUpGroupId'>;
const WRAP_UP = {
  draftOf: ({ wrapUpMode, wrapUpMs, wrapUpRequired, wrapUpExtensions, wrapUpExtendMs, wrapUpGroupId }: Queue): WrapUpDraft => ({ wrapUpMode, wrapUpMs, wrapUpRequired, wrapUpExtensions, wrapUpExtendMs, wrapUpGroupId }),
  sent: (draft: WrapUpDraft) => draft,
};

function QueueCard({ queue }: { queue: Queue }) {
  const { t } = useLingui();
  const modes = useModes();
  const groups = useGroups();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(queue, WRAP_UP);
  const set = (part: Partial<WrapUpDraft>) => setDraft({ ...draft, ...part });
  const save = useSave({
    run: (body: WrapUpDraft) => call(updateQueue, { params: { id: queue.id }, body }),
    refresh: [listQueues.id],
    done: t`Saved; it counts from the next wrap-up on`,
    onDone: (_stored, sent) => saved(sent),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <Card withBorder padding="md" maw={820} component="section" aria-label={queue.name}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={2} size="h4">
            {queue.name}
          </Title>
          {overtaken && <OvertakenNote onFollow={undo} />}
          <Group gap="sm" align="flex-start">
            <Select
              label={t`After-call work`}
              data={modes}
              value={draft.wrapUpMode}
              onChange={(mode) => mode !== null && set({ wrapUpMode: mode as Queue['wrapUpMode'] })}
              allowDeselect={false}
              w={320}
            />
            {draft.wrapUpMode !== 'none' && (
              <NumberInput label={t`Time (seconds)`} value={seconds(draft.wrapUpMs)} onChange={(value) => set({ wrapUpMs: (Number(value) || 0) * 1000 })} min={0} max={3600} w={140} allowDecimal={false} />
            )}
            {draft.wrapUpMode === 'extendable' && (
              <>
                <NumberInput label={t`Extensions`} value={draft.wrapUpExtensions} onChange={(value) => set({ wrapUpExtensions: Number(value) || 0 })} min={0} max={20} w={120} allowDecimal={false} />
                <NumberInput label={t`Each (seconds)`} value={seconds(draft.wrapUpExtendMs)} onChange={(value) => set({ wrapUpExtendMs: Math.max(1, Number(value) || 1) * 1000 })} min={1} max={3600} w={140} allowDecimal={false} />
              </>
            )}
            <Select label={t`Results to choose from`} placeholder={t`All wrap-up codes`} data={groups} value={draft.wrapUpGroupId} onChange={(wrapUpGroupId) => set({ wrapUpGroupId })} clearable w={240} />
          </Group>
          {draft.wrapUpMode !== 'none' && (
            <Checkbox
              label={t`A result must be saved before the agent is free again`}
              checked={draft.wrapUpRequired}
              onChange={(event) => set({ wrapUpRequired: event.currentTarget.checked })}
            />
          )}
          {draft.wrapUpMode !== 'none' && draft.wrapUpMs === 0 && (
            <Text size="sm" c="red.8">
              <Trans>With 0 seconds there is no after-call work.</Trans>
            </Text>
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending} disabled={!dirty}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
