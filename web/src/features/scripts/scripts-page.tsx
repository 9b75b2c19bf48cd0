import { Alert, Button, Card, Group, NavLink, Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDeviceFloppy, IconPlus, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { listQueues, updateQueue } from '../../../../shared/api/queues.ts';
import { createScript, getScript, listScripts, publishScript, type Script, type ScriptDetail, updateScript } from '../../../../shared/api/scripts.ts';
import { faultsOf } from '../../../../shared/scripts.ts';
import { call } from '../../lib/api.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { ListState } from '../../records/list-state.tsx';
import { OneState } from '../../records/one-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useAllQueues } from '../../records/queues.ts';
import { useList } from '../../records/use-list.ts';
import { useOne } from '../../records/use-one.ts';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useSave } from '../../records/use-save.ts';
import { VersionList } from '../../records/version-list.tsx';
import { useFaultWords } from './fault-words.ts';
import { emptyStep, withStep } from './script-draft.ts';
import { StepEditor } from './step-editor.tsx';

/** Guided scripts: what agents say and ask, step by step. */
export default function ScriptsPage() {
  const { t } = useLingui();
  const [openId, setOpenId] = useState<string | null>(null);
  const [name, setName] = useState('');
  const list = useList([listScripts.id], (cursor, signal) => call(listScripts, { query: cursor === undefined ? {} : { cursor } }, signal));
  const create = useSave({
    run: () => call(createScript, { body: { name: name.trim(), draft: { steps: [emptyStep('step1', t`Opening`)] } } }),
    refresh: [listScripts.id],
    done: t`The script is created`,
    onDone: ({ id }) => {
      setName('');
      setOpenId(id);
    },
  });
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Scripts</Trans>} hint={<Trans>Guided forms on the desk. Answers are kept with the call, its customer and its case.</Trans>} />
      <Group align="flex-end" gap="xs">
        <TextInput label={t`Name of a new script`} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={100} w={280} />
        <Button leftSection={<IconPlus size={18} aria-hidden />} disabled={name.trim() === ''} loading={create.isPending} onClick={() => create.mutate(undefined)}>
          <Trans>Create the script</Trans>
        </Button>
      </Group>
      <ListState list={list} empty={{ title: t`No scripts yet` }}>
        {(scripts) => <ScriptList scripts={scripts} openId={openId} onOpen={setOpenId} />}
      </ListState>
      {openId !== null && <ScriptEditor key={openId} id={openId} />}
    </Stack>
  );
}

function ScriptList({ scripts, openId, onOpen }: { scripts: Script[]; openId: string | null; onOpen: (id: string) => void }) {
  const { t } = useLingui();
  return (
    <Card withBorder padding="xs" maw={640} component="nav" aria-label={t`Scripts`}>
      {scripts.map((script) => (
        <NavLink
          key={script.id}
          component="button"
          type="button"
          active={script.id === openId}
          label={script.name}
          description={script.version === null ? t`Not published yet` : script.active ? t`Published: version ${script.version}` : t`Retired`}
          onClick={() => onOpen(script.id)}
        />
      ))}
    </Card>
  );
}

function ScriptEditor({ id }: { id: string }) {
  const query = useOne([getScript.id, id], (signal) => call(getScript, { params: { id } }, signal));
  return <OneState query={query} rows={6}>{(script) => <DraftEditor script={script} />}</OneState>;
}

const REFRESH = [getScript.id, listScripts.id];

interface ScriptForm {
  name: string;
  draft: ScriptDetail['draft'];
}
const RULES = {
  draftOf: ({ name, draft }: ScriptDetail): ScriptForm => ({ name, draft }),
  sent: ({ name, draft }: ScriptForm) => ({ name: name.trim(), draft }),
};

function DraftEditor({ script }: { script: ScriptDetail }) {
  const { t } = useLingui();
  const words = useFaultWords();
  const { draft: form, setDraft: setForm, dirty: changed, overtaken, undo, saved } = useDraft(script, RULES);
  const { name, draft } = form;
  const setDraft = (next: typeof draft) => setForm({ name, draft: next });
  const faults = faultsOf(draft);
  const incomplete = name.trim() === '' || draft.steps.some(({ title, fields }) => title.trim() === '' || fields.some(({ label }) => label.trim() === ''));
  const save = useSave({
    run: (sent: ScriptForm) => call(updateScript, { params: { id: script.id }, body: sent }),
    refresh: REFRESH,
    done: t`The draft is saved`,
    onDone: (_stored, sent) => saved(sent),
  });
  const publish = useSave({
    run: () => call(publishScript, { params: { id: script.id }, body: {} }),
    refresh: REFRESH,
    done: ({ version }) => t`Version ${version ?? 0} is published; it counts from the next call on`,
  });
  return (
    <Stack gap="md">
      <Title order={2} size="h3">
        {script.name}
      </Title>
      <LeaveGuard dirty={changed} />
      {overtaken && <OvertakenNote onFollow={undo} />}
      <Group align="flex-end" gap="sm">
        <TextInput label={t`Name`} value={name} onChange={(event) => setForm({ name: event.currentTarget.value, draft })} maxLength={100} w={280} />
        <Button leftSection={<IconDeviceFloppy size={18} aria-hidden />} variant="default" disabled={!changed || incomplete} loading={save.isPending} onClick={() => save.mutate(RULES.sent(form))}>
          <Trans>Save the draft</Trans>
        </Button>
        <Button leftSection={<IconSend size={18} aria-hidden />} disabled={changed || faults.length > 0} loading={publish.isPending} onClick={() => publish.mutate(undefined)}>
          <Trans>Publish</Trans>
        </Button>
        <ActiveSwitch script={script} />
      </Group>
      {faults.length > 0 && (
        <Alert color="orange" maw={820}>
          <Trans>The draft can be saved, but not published before its faults are gone.</Trans>
        </Alert>
      )}
      <Stack gap="md" maw={920}>
        {draft.steps.map((step) => (
          <StepEditor key={step.id} draft={draft} step={step} faults={faults.filter((fault) => fault.step === step.id).map(({ fault }) => words[fault])} onChange={setDraft} />
        ))}
        <Button variant="default" w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} disabled={draft.steps.length >= 60} onClick={() => setDraft(withStep(draft, t`New step`))}>
          <Trans>Add a step</Trans>
        </Button>
      </Stack>
      <QueuesOf script={script} />
      <VersionList versions={script.versions} onTake={setDraft} />
    </Stack>
  );
}

function ActiveSwitch({ script }: { script: ScriptDetail }) {
  const { t } = useLingui();
  const save = useSave({
    run: () => call(updateScript, { params: { id: script.id }, body: { active: !script.active } }),
    refresh: REFRESH,
    done: (saved) => (saved.active ? t`The script is in use again` : t`The script is retired; past calls keep their answers`),
  });
  return <Switch label={t`In use`} checked={script.active} disabled={save.isPending} onChange={() => save.mutate(undefined)} mb={8} />;
}

/** Queues whose calls begin with this script. */
function QueuesOf({ script }: { script: ScriptDetail }) {
  const { t } = useLingui();
  const items = useAllQueues();
  const save = useSave({
    run: ({ id, scriptId }: { id: string; scriptId: string | null }) => call(updateQueue, { params: { id }, body: { scriptId } }),
    refresh: [listQueues.id],
    done: t`Saved`,
  });
  const own = items.filter(({ scriptId }) => scriptId === script.id);
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        <Trans>Queues with this script</Trans>
      </Title>
      <Group gap="xs">
        {own.map((queue) => (
          <Button key={queue.id} size="xs" variant="default" disabled={save.isPending} onClick={() => save.mutate({ id: queue.id, scriptId: null })}>
            <Trans>{queue.name}: take away</Trans>
          </Button>
        ))}
        <Select
          aria-label={t`Add a queue`}
          placeholder={t`Add a queue`}
          data={items.filter(({ scriptId }) => scriptId !== script.id).map(({ id, name }) => ({ value: id, label: name }))}
          value={null}
          onChange={(id) => id !== null && save.mutate({ id, scriptId: script.id })}
          w={220}
        />
      </Group>
    </Stack>
  );
}
