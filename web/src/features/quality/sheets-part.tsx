import { Alert, Button, Card, Group, NavLink, NumberInput, SegmentedControl, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDeviceFloppy, IconPlus, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { createScoreSheet, getScoreSheet, listScoreSheets, publishScoreSheet, type ScoreSheet, type ScoreSheetDetail, updateScoreSheet } from '../../../../shared/api/score-sheets.ts';
import { questionsOf, type SheetDefinition, sheetFaults } from '../../../../shared/score-sheet.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { ListState } from '../../records/list-state.tsx';
import { OneState } from '../../records/one-state.tsx';
import { useList } from '../../records/use-list.ts';
import { useOne } from '../../records/use-one.ts';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useSave } from '../../records/use-save.ts';
import { VersionList } from '../../records/version-list.tsx';
import { SectionEditor } from './section-editor.tsx';
import { emptySheet, withSection } from './sheet-draft.ts';
import { useSheetFaultWords } from './words.ts';

const REFRESH = [getScoreSheet.id, listScoreSheets.id];

/** What calls are judged by. */
export function SheetsPart() {
  const { t } = useLingui();
  const { can } = useSession();
  const [openId, setOpenId] = useState<string | null>(null);
  const list = useList([listScoreSheets.id], (cursor, signal) => call(listScoreSheets, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      {can('quality.manage') && <NewSheet onCreated={setOpenId} />}
      <ListState list={list} empty={{ title: t`No score sheets yet`, hint: t`A score sheet says what a call is judged by, and how much each point weighs.` }}>
        {(sheets) => <SheetList sheets={sheets} openId={openId} onOpen={setOpenId} />}
      </ListState>
      {openId !== null && <SheetEditor key={openId} id={openId} />}
    </Stack>
  );
}

function NewSheet({ onCreated }: { onCreated: (id: string) => void }) {
  const { t } = useLingui();
  const [name, setName] = useState('');
  const create = useSave({
    run: () => call(createScoreSheet, { body: { name: name.trim(), draft: emptySheet(t`Opening`, t`Greets and gives the name`) } }),
    refresh: REFRESH,
    done: t`The score sheet is created`,
    onDone: ({ id }) => {
      setName('');
      onCreated(id);
    },
  });
  return (
    <Group align="flex-end" gap="xs">
      <TextInput label={t`Name of a new score sheet`} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={100} w={280} />
      <Button leftSection={<IconPlus size={18} aria-hidden />} disabled={name.trim() === ''} loading={create.isPending} onClick={() => create.mutate(undefined)}>
        <Trans>Create the sheet</Trans>
      </Button>
    </Group>
  );
}

function SheetList({ sheets, openId, onOpen }: { sheets: ScoreSheet[]; openId: string | null; onOpen: (id: string) => void }) {
  const { t } = useLingui();
  return (
    <Card withBorder padding="xs" maw={640} component="nav" aria-label={t`Score sheets`}>
      {sheets.map((sheet) => (
        <NavLink
          key={sheet.id}
          component="button"
          type="button"
          active={sheet.id === openId}
          label={sheet.name}
          description={sheet.version === null ? t`Not published yet` : sheet.active ? t`Published: version ${sheet.version}` : t`Retired`}
          onClick={() => onOpen(sheet.id)}
        />
      ))}
    </Card>
  );
}

function SheetEditor({ id }: { id: string }) {
  const query = useOne([getScoreSheet.id, id], (signal) => call(getScoreSheet, { params: { id } }, signal));
  return <OneState query={query} rows={6}>{(sheet) => <DraftEditor sheet={sheet} />}</OneState>;
}

const isIncomplete = (name: string, { sections }: SheetDefinition): boolean =>
  name.trim() === '' || sections.some(({ title, questions }) => title.trim() === '' || questions.some(({ text }) => text.trim() === ''));

interface SheetForm {
  name: string;
  draft: SheetDefinition;
}
const RULES = {
  draftOf: ({ name, draft }: ScoreSheetDetail): SheetForm => ({ name, draft }),
  sent: ({ name, draft }: SheetForm) => ({ name: name.trim(), draft }),
};

function DraftEditor({ sheet }: { sheet: ScoreSheetDetail }) {
  const { t } = useLingui();
  const words = useSheetFaultWords();
  const { can } = useSession();
  const { draft: form, setDraft: setForm, dirty: changed, overtaken, undo, saved } = useDraft(sheet, RULES);
  const { name, draft } = form;
  const setDraft = (next: SheetDefinition) => setForm({ name, draft: next });
  const faults = sheetFaults(draft);
  const save = useSave({ run: (sent: SheetForm) => call(updateScoreSheet, { params: { id: sheet.id }, body: sent }), refresh: REFRESH, done: t`The draft is saved`, onDone: (_stored, sent) => saved(sent) });
  const publish = useSave({
    run: () => call(publishScoreSheet, { params: { id: sheet.id }, body: {} }),
    refresh: REFRESH,
    done: ({ version }) => t`Version ${version ?? 0} is published; evaluations that exist keep theirs`,
  });
  const weight = questionsOf(draft).reduce((sum, question) => sum + question.weight, 0);
  return (
    <Stack gap="md">
      <Title order={2} size="h3">
        {sheet.name}
      </Title>
      <LeaveGuard dirty={changed} />
      {overtaken && <OvertakenNote onFollow={undo} />}
      {can('quality.manage') && (
        <Group align="flex-end" gap="sm">
          <TextInput label={t`Name`} value={name} onChange={(event) => setForm({ name: event.currentTarget.value, draft })} maxLength={100} w={280} />
          <Button leftSection={<IconDeviceFloppy size={18} aria-hidden />} variant="default" disabled={!changed || isIncomplete(name, draft)} loading={save.isPending} onClick={() => save.mutate(RULES.sent(form))}>
            <Trans>Save the draft</Trans>
          </Button>
          <Button leftSection={<IconSend size={18} aria-hidden />} disabled={changed || faults.length > 0} loading={publish.isPending} onClick={() => publish.mutate(undefined)}>
            <Trans>Publish</Trans>
          </Button>
          <ActiveSwitch sheet={sheet} />
        </Group>
      )}
      {faults.length > 0 && (
        <Alert color="orange" maw={820}>
          <Trans>The draft can be saved, but not published before its faults are gone.</Trans>
          {faults.some(({ section }) => section === '') && <Text size="sm">{words.no_weight}</Text>}
        </Alert>
      )}
      <Rules draft={draft} onChange={setDraft} />
      <Stack gap="md" maw={1000}>
        {draft.sections.map((section) => (
          <SectionEditor key={section.id} sheet={draft} section={section} totalWeight={weight} faults={faults.filter((fault) => fault.section === section.id).map(({ fault }) => words[fault])} onChange={setDraft} />
        ))}
        <Button variant="default" w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} disabled={draft.sections.length >= 20} onClick={() => setDraft(withSection(draft, t`New section`))}>
          <Trans>Add a section</Trans>
        </Button>
      </Stack>
      <VersionList versions={sheet.versions} onTake={setDraft} />
    </Stack>
  );
}

function ActiveSwitch({ sheet }: { sheet: ScoreSheetDetail }) {
  const { t } = useLingui();
  const save = useSave({
    run: () => call(updateScoreSheet, { params: { id: sheet.id }, body: { active: !sheet.active } }),
    refresh: REFRESH,
    done: (saved) => (saved.active ? t`The score sheet is in use again` : t`The score sheet is retired; evaluations keep it`),
  });
  return <Switch label={t`In use`} checked={sheet.active} disabled={save.isPending} onChange={() => save.mutate(undefined)} mb={8} />;
}

/** Pass mark, and what a failed fatal item does. */
function Rules({ draft, onChange }: { draft: SheetDefinition; onChange: (draft: SheetDefinition) => void }) {
  const { t } = useLingui();
  return (
    <Card withBorder padding="md" maw={1000}>
      <Stack gap="sm">
        <Group gap="md" align="flex-end">
          <NumberInput label={t`Pass mark (%)`} w={140} min={0} max={100} allowDecimal={false} value={draft.passMark} onChange={(value) => onChange({ ...draft, passMark: Number(value) || 0 })} />
          <Stack gap={4}>
            <Text size="sm" fw={500} id="fatal-rule">
              <Trans>A failed fatal item</Trans>
            </Text>
            <SegmentedControl
              aria-labelledby="fatal-rule"
              data={[
                { value: 'zero', label: t`makes the score 0` },
                { value: 'cap', label: t`caps the score` },
              ]}
              value={draft.fatalRule}
              onChange={(rule) => onChange({ ...draft, fatalRule: rule as SheetDefinition['fatalRule'] })}
            />
          </Stack>
          {draft.fatalRule === 'cap' && (
            <NumberInput label={t`Cap (%)`} w={140} min={0} max={100} allowDecimal={false} value={draft.fatalCap} onChange={(value) => onChange({ ...draft, fatalCap: Number(value) || 0 })} />
          )}
        </Group>
        <Text size="sm" c="dimmed">
          <Trans>A call with a failed fatal item never passes. The weight of a question that is not applicable falls to the others in proportion.</Trans>
        </Text>
      </Stack>
    </Card>
  );
}
