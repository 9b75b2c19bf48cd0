import { Alert, Button, Checkbox, Group, Radio, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHeadphones } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { CallView } from '../../../../shared/events.ts';
import { useSession } from '../../lib/session.ts';
import { useCallerText } from '../../records/caller-text.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone } from '../../softphone/use-softphone.ts';
import { useBoard } from './use-board.ts';

type Mode = Parameters<typeof softphone.supervise>[1];

/** Opens the dialog; nothing for who may not, and for calls in which nobody speaks with an agent. */
export function SuperviseButton({ call }: { call: CallView }) {
  const { t } = useLingui();
  const { can, user } = useSession();
  const callerText = useCallerText();
  const [open, setOpen] = useState(false);
  const isTalking = (call.phase === 'talking' || call.phase === 'held') && call.parkSlot === null && call.agentId !== null;
  if (!can('call.supervise') || !can('call.handle') || !isTalking || call.agentId === user?.id) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconHeadphones size={16} aria-hidden />}
        aria-label={t`Monitor or join: ${call.agentName}, ${callerText(call)}`}
        onClick={() => setOpen(true)}
      >
        <Trans>Monitor</Trans>
      </Button>
      {open && <SuperviseDialog call={call} onClose={() => setOpen(false)} />}
    </>
  );
}

/** How to take part in a call of somebody else. */
function SuperviseDialog({ call, onClose }: { call: CallView; onClose: () => void }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const [mode, setMode] = useState<Mode>('monitor');
  const [tone, setTone] = useState(false);
  const always = useBoard().model.superviseTone;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await run(() => softphone.supervise(call.callId, mode, tone))) onClose();
  };
  const name = call.agentName;
  return (
    <FormDialog onClose={onClose} title={<Trans>Call of {name}</Trans>}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Radio.Group label={t`How to take part`} value={mode} onChange={(next) => setMode(next as Mode)}>
            <Stack gap="sm" mt="xs">
              <Radio value="monitor" label={t`Monitor`} description={t`You hear both; nobody hears you.`} />
              <Radio value="whisper" label={t`Whisper`} description={t`Only the agent hears you.`} />
              <Radio value="barge" label={t`Join`} description={t`Everybody hears you.`} />
              <Radio value="takeOver" label={t`Take over`} description={t`The agent leaves and you have the call.`} />
            </Stack>
          </Radio.Group>
          {mode === 'takeOver' ? (
            <Alert color="yellow" p="xs">
              <Trans>The agent is taken out of the call at once.</Trans>
            </Alert>
          ) : (
            <Checkbox
              label={t`Tell those in the call with a short tone`}
              {...(always && { description: t`Always so, by a setting of your company` })}
              checked={tone || always}
              disabled={always}
              onChange={(event) => setTone(event.currentTarget.checked)}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={busy} {...(mode === 'takeOver' && { color: 'red' })}>
              {mode === 'takeOver' ? <Trans>Take over</Trans> : <Trans>Start</Trans>}
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
