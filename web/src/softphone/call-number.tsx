import { Button } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { IconPhone } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { formatPhone } from '../lib/format.ts';
import { useSession } from '../lib/session.ts';
import { useCommand } from './use-command.ts';
import { softphone } from './use-softphone.ts';

/** A telephone number that is called when pressed, from any page; the desk opens with the call. Plain text for who takes no calls. */
export function CallNumber({ number }: { number: string }) {
  const { t } = useLingui();
  const { can } = useSession();
  const { run, busy } = useCommand();
  const navigate = useNavigate();
  const shown = formatPhone(number);
  if (!can('call.handle') || number === '') return <>{shown}</>;
  const dial = async (): Promise<void> => {
    if (await run(() => softphone.callFromAnywhere(number))) await navigate({ to: '/desk' });
  };
  return (
    <Button size="compact-sm" variant="default" leftSection={<IconPhone size={14} aria-hidden />} loading={busy} aria-label={t`Call ${shown}`} onClick={() => void dial()}>
      {shown}
    </Button>
  );
}
