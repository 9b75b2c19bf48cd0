import { Alert, Badge, Button, Group, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { discardFlowDraft, type FlowView, getFlow, listFlows, saveFlowDraft } from '../../../../shared/api/flows.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { hasErrors } from '../../../../shared/flow/problems.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { BackLink } from '../../records/links.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { newDraft, reduceDraft, type DraftAction, type FlowDraft } from './flow-draft.ts';
import { FlowEditor } from './flow-editor.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { asBody, useProblems } from './use-problems.ts';

/** One flow: its editor, with saving and publishing around it. */
export function FlowPage({ id }: { id: string }) {
  const flow = useOne([getFlow.id, id], (signal) => call(getFlow, { params: { id } }, signal));
  if (flow.isError && !flow.data) return <ErrorState error={flow.error} onRetry={() => void flow.refetch()} />;
  if (!flow.data) return <LoadingRows rows={8} />;
  return <LoadedFlow key={id} flow={flow.data} />;
}

/** What is edited; without a draft what will be in use next. */
const storedFlow = ({ draft, upcoming, definition }: FlowView): Flow => draft ?? upcoming ?? definition;

function LoadedFlow({ flow }: { flow: FlowView }) {
  const { t } = useLingui();
  // What is in the editor, and what of it the server has: the revision says whether somebody else saved meanwhile.
  const [draft, setDraft] = useState<FlowDraft>(() => newDraft(storedFlow(flow)));
  const [saved, setSaved] = useState({ flow: draft.flow, revision: flow.draftRevision });
  const [publishing, setPublishing] = useState(false);
  const dispatch = (action: DraftAction) => setDraft((before) => reduceDraft(before, action));
  const dirty = draft.flow !== saved.flow;
  const problems = useProblems(draft.flow);
  const restart = (view: FlowView) => {
    const fresh = newDraft(storedFlow(view));
    setDraft(fresh);
    setSaved({ flow: fresh.flow, revision: view.draftRevision });
  };
  const save = useSave({
    run: async (edited: Flow) => ({ view: await call(saveFlowDraft, { params: { id: flow.id }, body: { revision: saved.revision, draft: asBody(edited) } }), edited }),
    refresh: [getFlow.id, listFlows.id],
    done: t`Draft saved`,
    onDone: ({ view, edited }) => setSaved({ flow: edited, revision: view.draftRevision }),
  });
  const discard = useSave({ run: () => call(discardFlowDraft, { params: { id: flow.id } }).then(() => call(getFlow, { params: { id: flow.id } })), refresh: [getFlow.id, listFlows.id], done: t`The draft was discarded`, onDone: restart });
  const changedElsewhere = flow.draftRevision > saved.revision && !save.isPending && !publishing;
  // Published, or saved on another screen: what is shown follows, unless something here would be lost.
  if (changedElsewhere && !dirty) restart(flow);
  const canSave = dirty && !save.isPending;
  const saveNow = () => canSave && save.mutate(draft.flow);
  return (
    <Stack gap="xs">
      <PageHead
        back={
          <BackLink to="/flows">
            <Trans>Call flows</Trans>
          </BackLink>
        }
        title={flow.name}
        hint={<FlowState flow={flow} />}
      >
        {flow.hasDraft && flow.lastVersion > 0 && (
          <Button variant="subtle" color="gray" loading={discard.isPending} onClick={() => discard.mutate(undefined)}>
            <Trans>Discard draft</Trans>
          </Button>
        )}
        <Button variant="default" disabled={!canSave} loading={save.isPending} onClick={saveNow}>
          <Trans>Save draft</Trans>
        </Button>
        <Button disabled={dirty || !flow.hasDraft || hasErrors(problems)} onClick={() => setPublishing(true)}>
          <Trans>Publish…</Trans>
        </Button>
      </PageHead>
      {changedElsewhere && dirty && (
        <Alert color="yellow" title={<Trans>Somebody else has changed this flow meanwhile</Trans>}>
          <Button size="compact-sm" variant="default" onClick={() => restart(flow)}>
            <Trans>Show theirs and lose mine</Trans>
          </Button>
        </Alert>
      )}
      <LeaveGuard dirty={dirty} />
      <FlowEditor flow={flow} draft={draft} problems={problems} dispatch={dispatch} onSave={saveNow} ensureSaved={async () => void (dirty && (await save.mutateAsync(draft.flow)))} />
      {publishing && <PublishDialog flow={{ ...flow, draftRevision: saved.revision }} warnings={problems.length} onClose={() => setPublishing(false)} />}
    </Stack>
  );
}

function FlowState({ flow }: { flow: FlowView }) {
  return (
    <Group gap={6} component="span">
      {flow.version === 0 ? (
        <Badge size="sm" color="gray">
          <Trans>Not published</Trans>
        </Badge>
      ) : (
        <Badge size="sm" color="teal">
          <Trans>Version {flow.version} in use</Trans>
        </Badge>
      )}
      {flow.hasDraft && (
        <Badge size="sm" color="orange">
          <Trans>Draft</Trans>
        </Badge>
      )}
      {flow.schedule && (
        <Badge size="sm" color="navy">
          <Trans>Version {flow.schedule.version} waits</Trans>
        </Badge>
      )}
    </Group>
  );
}
