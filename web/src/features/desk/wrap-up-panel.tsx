import { Alert, Button, Card, Group, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconClockPlus, IconDeviceFloppy } from '@tabler/icons-react';
import { type FormEvent, type RefObject, useState } from 'react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { formatDateTime, formatDuration } from '../../lib/format.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { softphone, useServerNow, useSoftphone } from '../../softphone/use-softphone.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { CallbackButton } from '../../records/callback-form.tsx';
import { useQueueRules } from '../../records/queues.ts';
import { useWrapUpCodes } from '../../records/wrap-up-codes.ts';
import { useSaveWrapUp } from './api/use-save-wrap-up.ts';
import { CaseChoice } from './case-choice.tsx';
import { rememberSaved } from './last-saved.ts';
import { changeDraft, type Draft, dropDraft, useDraft } from './drafts.ts';

interface Props {
  callId: string;
  /** The call is over: the code is asked for and the panel can be finished. */
  ended: boolean;
  noteRef?: RefObject<HTMLTextAreaElement | null>;
  /** The likeliest customer by number, when the agent has chosen none. */
  likely?: string | null;
}

/** Note and result of a call. What is typed is kept in this tab until it is saved. */
export function WrapUpPanel({ callId, ended, noteRef, likely = null }: Props) {
  const { t } = useLingui();
  const draft = useDraft(callId);
  const codes = useWrapUpCodes();
  const finish = useFinish(callId);
  const [asked, setAsked] = useState(false);
  const rules = useQueueRules(draft?.queueId ?? null);
  const codeMissing = asked && (draft?.wrapUpCodeId ?? null) === null;
  const customerId = draft?.customerId ?? likely;
  const chosenCase = draft?.caseId ?? null;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    // A case belongs to a customer: who links one has said who called.
    if (draft && draft.wrapUpCodeId !== null) void finish.run({ ...draft, customerId: chosenCase === null ? draft.customerId : customerId });
  };

  return (
    <Card withBorder padding="md" component="section" aria-label={ended ? t`Wrap-up of the call` : t`Note on the call`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group justify="space-between">
            <Title order={2} size="h4">
              {ended ? <Trans>Wrap-up of the call</Trans> : <Trans>Note on the call</Trans>}
            </Title>
            {ended && <Countdown callId={callId} />}
          </Group>
          {draft && ended && (
            <Text size="sm" c="gray.7">
              {draft.caller}
              {draft.startedAt !== '' && <StartedAt at={draft.startedAt} />}
            </Text>
          )}
          <Select
            label={t`Result of the call`}
            placeholder={t`Choose one`}
            data={codes.options(draft?.wrapUpCodeId ?? null, rules?.wrapUpGroupId ?? null)}
            value={draft?.wrapUpCodeId ?? null}
            onChange={(wrapUpCodeId) => changeDraft(callId, { wrapUpCodeId })}
            error={codeMissing ? t`Choose the result of the call.` : undefined}
            description={rules?.wrapUpRequired ? t`The queue wants a result before the next call` : undefined}
            withAsterisk={ended}
            allowDeselect={false}
            searchable
            nothingFoundMessage={t`Nothing found`}
            comboboxProps={{ withinPortal: true }}
          />
          <Textarea
            ref={noteRef}
            label={t`Note`}
            description={t`Kept in this tab until it is saved`}
            autosize
            minRows={4}
            maxRows={12}
            maxLength={10_000}
            value={draft?.note ?? ''}
            onChange={(event) => changeDraft(callId, { note: event.currentTarget.value })}
          />
          {customerId !== null && <CaseChoice key={customerId} customerId={customerId} caseId={chosenCase} onChoose={(caseId) => changeDraft(callId, { caseId, customerId })} />}
          {finish.error !== null && (
            <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
              {finish.error} <Trans>Your text is still here.</Trans>
            </Alert>
          )}
          {draft && <CallbackButton compact about={{ number: draft.number, name: '', queueId: draft.queueId, customerId }} />}
          {ended && <ExtendButton callId={callId} />}
          {ended && (
            <Button type="submit" loading={finish.busy} leftSection={<IconDeviceFloppy size={18} aria-hidden />}>
              <Trans>Save and finish the wrap-up</Trans>
            </Button>
          )}
        </Stack>
      </form>
    </Card>
  );
}

function StartedAt({ at }: { at: string }) {
  const { i18n } = useLingui();
  return <> · {formatDateTime(at, i18n.locale)}</>;
}

/** Saves the draft, and ends the wrap-up time when the server still counts it for this call. */
function useFinish(callId: string) {
  const { t } = useLingui();
  const problemText = useProblemText();
  const save = useSaveWrapUp();
  const { agent } = useSoftphone();
  const [error, setError] = useState<string | null>(null);
  const run = async (draft: Draft): Promise<void> => {
    if (draft.wrapUpCodeId === null) return;
    setError(null);
    try {
      await save.mutateAsync({ callId, wrapUpCodeId: draft.wrapUpCodeId, note: draft.note, customerId: draft.customerId, caseId: draft.caseId });
    } catch (failure) {
      setError(problemText(failure));
      return;
    }
    dropDraft(callId);
    rememberSaved({ draft, at: Date.now() });
    softphone.forgetEnded(callId);
    notifications.show({ color: 'teal', message: t`The wrap-up is saved.` });
    // The time may have run out meanwhile: then there is nothing to finish.
    if (agent?.work === 'wrapUp' && (agent.callId ?? callId) === callId && agent.wrapUp?.fixed !== true) await softphone.finishWrapUp().catch(() => undefined);
  };
  return { run, busy: save.isPending, error };
}

/** Time left of the wrap-up; afterwards the agent is free again, and the text stays here. */
function Countdown({ callId }: { callId: string }) {
  const { agent } = useSoftphone();
  const now = useServerNow();
  if (agent?.work !== 'wrapUp' || (agent.callId !== null && agent.callId !== callId)) {
    return (
      <ToneBadge tone="warn">
        <Trans>Not saved yet</Trans>
      </ToneBadge>
    );
  }
  if (agent.wrapUpUntil === null) {
    return agent.wrapUp?.resultMissing ? (
      <ToneBadge tone="bad">
        <Trans>Time is over; the result is missing</Trans>
      </ToneBadge>
    ) : null;
  }
  const left = formatDuration(Date.parse(agent.wrapUpUntil) - now + 999);
  return (
    <ToneBadge tone="warn">
      <Trans>{left} left</Trans>
    </ToneBadge>
  );
}

/** More time for the wrap-up, where the queue allows it. */
function ExtendButton({ callId }: { callId: string }) {
  const { agent } = useSoftphone();
  const { run, busy } = useCommand();
  const left = agent?.wrapUp?.extensionsLeft ?? 0;
  if (agent?.work !== 'wrapUp' || agent.callId !== callId || left === 0) return null;
  return (
    <Button variant="default" disabled={busy} leftSection={<IconClockPlus size={18} aria-hidden />} onClick={() => void run(() => softphone.extendWrapUp())}>
      <Plural value={left} one="More time (# left)" other="More time (# left)" />
    </Button>
  );
}
