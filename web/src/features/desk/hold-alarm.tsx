import { Alert, Button, Group } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlarm } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { CallView } from '../../../../shared/events.ts';
import { formatDuration } from '../../lib/format.ts';
import { Ringer } from '../../softphone/ringer.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone, useServerNow, useSoftphone } from '../../softphone/use-softphone.ts';

/** How long the alarm sounds each time it rises, ms. */
const SOUND_MS = 6_000;

/** A caller who waits for long: seen and heard until the call is resumed. @param beside another call goes on, in which nobody wants a ringing */
export function HoldAlarm({ view, beside = false }: { view: CallView; beside?: boolean }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const now = useServerNow();
  const { sound } = useSoftphone();
  const [ringer] = useState(() => new Ringer());
  const { holdAlarm, heldSince } = view;
  const title = t`A caller is still on hold`;
  useEffect(() => {
    if (holdAlarm === 0) return undefined;
    if (beside) ringer.startWaiting(title, '', sound.speaker);
    else ringer.start(title, '');
    const timer = setTimeout(() => ringer.stop(), SOUND_MS);
    return () => {
      clearTimeout(timer);
      ringer.stop();
    };
    // A change of language is no new alarm.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [holdAlarm, ringer]);
  if (holdAlarm === 0 || heldSince === null) return null;
  return (
    <Alert role="alert" color="red" p="xs" icon={<IconAlarm aria-hidden />} title={title}>
      <Group justify="space-between">
        <span>
          <Trans>On hold for {formatDuration(now - Date.parse(heldSince))}</Trans>
          {holdAlarm === 2 && (
            <>
              {' · '}
              <Trans>Supervisors see it too</Trans>
            </>
          )}
        </span>
        <Button size="xs" disabled={busy} onClick={() => void run(() => softphone.switchTo(view.callId))}>
          <Trans>Resume</Trans>
        </Button>
      </Group>
    </Alert>
  );
}
