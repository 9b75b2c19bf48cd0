import { ActionIcon, Badge, Box, FileButton, Group, SegmentedControl, Tabs, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconArrowForwardUp, IconClipboard, IconCopy, IconDownload, IconLayoutDistributeHorizontal, IconUpload } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { RunStep } from '../../../../shared/api/flow-runs.ts';
import type { FlowView } from '../../../../shared/api/flows.ts';
import { flowDefinitionSchema, type FlowVerb } from '../../../../shared/flow/nodes.ts';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { LoadingRows } from '../../components/list-states.tsx';
import { saveFile } from '../../records/save-file.ts';
import { keptClip, keepClip } from './clipboard.ts';
import { copied, type DraftAction, type FlowDraft } from './flow-draft.ts';
import { DraftCallPanel } from './draft-call-panel.tsx';
import classes from './flow-editor.module.css';
import { FlowOutline } from './flow-outline.tsx';
import { NodePanel } from './node-panel.tsx';
import { AddMenu, Palette } from './palette.tsx';
import { ProblemList } from './problem-list.tsx';
import { TestRun } from './test-run.tsx';
import { traceOf } from './trace.ts';
import { useEditorKeys } from './use-editor-keys.ts';
import { useReferences } from './use-references.ts';
import { VERBS } from './verbs.ts';
import { Versions } from './versions.tsx';

const FlowCanvas = lazy(() => import('./flow-canvas.tsx').then((module) => ({ default: module.FlowCanvas })));

interface Props {
  flow: FlowView;
  draft: FlowDraft;
  problems: readonly FlowProblem[];
  dispatch: (action: DraftAction) => void;
  onSave: () => void;
  /** Saves what is not saved yet. @throws the refusal of the server */
  ensureSaved: () => Promise<void>;
}

type Side = 'step' | 'problems' | 'run' | 'phone' | 'versions';

const isNarrow = (): boolean => globalThis.matchMedia('(max-width: 700px)').matches;

/** Palette, drawing or list, and a side panel: the chosen step, the check, a test run, the versions. */
export function FlowEditor({ flow, draft, problems, dispatch, onSave, ensureSaved }: Props) {
  const { t, i18n } = useLingui();
  const [view, setView] = useState<'drawing' | 'list'>(() => (isNarrow() ? 'list' : 'drawing'));
  const [side, setSide] = useState<Side>('step');
  const [steps, setSteps] = useState<readonly RunStep[]>([]);
  const trace = useMemo(() => traceOf(i18n, draft.flow, steps), [i18n, draft.flow, steps]);
  const showStep = (id: string) => Object.hasOwn(draft.flow.nodes, id) && open(id);
  const references = useReferences();
  const [chosen] = draft.selected.length === 1 ? draft.selected : [];
  const node = chosen === undefined ? undefined : draft.flow.nodes[chosen];
  const add = (verb: FlowVerb) => dispatch({ do: 'add', node: VERBS[verb].make() });
  const copy = () => keepClip(copied(draft));
  const paste = () => {
    const clip = keptClip();
    if (clip) dispatch({ do: 'paste', clip });
  };
  const open = (id: string) => {
    dispatch({ do: 'select', ids: [id] });
    setSide('step');
  };
  useEditorKeys({ undo: () => dispatch({ do: 'undo' }), redo: () => dispatch({ do: 'redo' }), copy, paste, save: onSave });
  const change = (action: DraftAction) => {
    dispatch(action);
    if (action.do === 'select' && action.ids.length === 1 && side === 'problems') setSide('step');
  };
  return (
    <Box className={`${classes.editor} ${side === 'versions' ? classes.comparing : ''}`}>
      <Group className={classes.bar ?? ''} gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t`How the flow is shown`}
          value={view}
          onChange={(next) => setView(next as typeof view)}
          data={[
            { value: 'drawing', label: t`Drawing` },
            { value: 'list', label: t`List` },
          ]}
        />
        <Box hiddenFrom="md">
          <AddMenu onAdd={add} />
        </Box>
        <Tool label={t`Undo`} icon={IconArrowBackUp} disabled={draft.past.length === 0} onClick={() => dispatch({ do: 'undo' })} />
        <Tool label={t`Redo`} icon={IconArrowForwardUp} disabled={draft.future.length === 0} onClick={() => dispatch({ do: 'redo' })} />
        <Tool label={t`Copy`} icon={IconCopy} disabled={draft.selected.length === 0} onClick={copy} />
        <Tool label={t`Paste`} icon={IconClipboard} onClick={paste} />
        <Tool label={t`Arrange`} icon={IconLayoutDistributeHorizontal} onClick={() => dispatch({ do: 'arrange' })} />
        <Tool label={t`Export as a file`} icon={IconDownload} onClick={() => saveFile(new Blob([JSON.stringify(draft.flow, null, 2)], { type: 'application/json' }), `${flow.code}.json`)} />
        <ImportTool dispatch={dispatch} />
      </Group>
      <Box className={classes.palette ?? ''} visibleFrom="md">
        <Palette onAdd={add} />
      </Box>
      <Box className={classes.main ?? ''}>
        {view === 'drawing' ? (
          <Suspense fallback={<LoadingRows rows={6} />}>
            <FlowCanvas draft={draft} problems={problems} trace={trace} dispatch={change} />
          </Suspense>
        ) : (
          <FlowOutline draft={draft} problems={problems} trace={trace} dispatch={(action) => (action.do === 'select' ? open(action.ids[0] ?? '') : dispatch(action))} />
        )}
      </Box>
      <Tabs className={classes.side ?? ''} value={side} onChange={(next) => setSide((next ?? 'step') as Side)} keepMounted={false}>
        <Tabs.List className={classes.tabs ?? ''}>
          <Tabs.Tab value="step">
            <Trans>Step</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="problems" rightSection={problems.length > 0 ? <Badge size="sm" circle color={problems.some(({ severity }) => severity === 'error') ? 'red' : 'yellow'}>{problems.length}</Badge> : null}>
            <Trans>Check</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="run">
            <Trans>Test run</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="phone">
            <Trans>Try by phone</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="versions">
            <Trans>Versions</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="step">
          {chosen !== undefined && node ? (
            <NodePanel key={chosen} flow={draft.flow} id={chosen} node={node} problems={problems.filter((problem) => problem.node === chosen)} references={references} dispatch={dispatch} onCopy={copy} />
          ) : (
            <Text size="sm" c="dimmed" p="sm">
              {draft.selected.length > 1 ? <Trans>{draft.selected.length} steps are chosen.</Trans> : <Trans>Choose a step, or add one.</Trans>}
            </Text>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="problems">
          <ProblemList flow={draft.flow} problems={problems} onOpen={open} />
        </Tabs.Panel>
        <Tabs.Panel value="run">
          <TestRun flow={draft.flow} onTrace={setSteps} onOpen={showStep} />
        </Tabs.Panel>
        <Tabs.Panel value="phone">
          <DraftCallPanel id={flow.id} flow={draft.flow} ensureSaved={ensureSaved} onTrace={setSteps} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions flow={flow} current={draft.flow} onOpen={(definition) => dispatch({ do: 'replace', flow: definition })} />
        </Tabs.Panel>
      </Tabs>
    </Box>
  );
}

function Tool({ label, icon: Icon, disabled = false, onClick }: { label: string; icon: typeof IconCopy; disabled?: boolean; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={label} disabled={disabled} onClick={onClick}>
        <Icon size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function ImportTool({ dispatch }: { dispatch: (action: DraftAction) => void }) {
  const { t } = useLingui();
  const read = async (file: File | null) => {
    if (!file) return;
    const text = await file.text();
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {
      // Said below like every other file that is no flow.
    }
    const parsed = flowDefinitionSchema.safeParse(json);
    if (parsed.success) dispatch({ do: 'replace', flow: parsed.data });
    else notifications.show({ color: 'red', title: t`Not imported`, message: t`This file does not hold a flow.`, autoClose: 10_000 });
  };
  return (
    <FileButton accept="application/json,.json" onChange={(file) => void read(file)}>
      {({ onClick }) => <Tool label={t`Import from a file`} icon={IconUpload} onClick={onClick} />}
    </FileButton>
  );
}
