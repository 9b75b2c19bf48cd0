import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { CommandRefused } from '../../softphone/events-socket.ts';

/** Runs commands of the telephone one at a time; a refusal is told in a notification. */
export function useCommand() {
  const { i18n } = useLingui();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (command: () => Promise<unknown>): Promise<boolean> => {
      setBusy(true);
      try {
        await command();
        return true;
      } catch (error) {
        notifications.show({ color: 'red', message: i18n._(refusalText(error)) });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [i18n],
  );
  return { run, busy };
}

/** One sentence for a refusal; what a newer server says is told in general words. */
function refusalText(error: unknown): MessageDescriptor {
  const code = error instanceof CommandRefused ? error.code : '';
  switch (code) {
    case 'disconnected':
    case 'timeout':
      return msg`The server did not answer. The desk is connecting again.`;
    case 'number_not_allowed':
      return msg`This number cannot be called.`;
    case 'gone':
    case 'offer_gone':
    case 'call_gone':
      return msg`The call is already over or was taken by someone else.`;
    case 'database_down':
      return msg`Not possible while the database is unavailable.`;
    case 'line_down':
      return msg`The sound connection is not ready yet. Please try again in a moment.`;
    case 'busy':
      return msg`Not possible during another call or its wrap-up.`;
    case 'forbidden':
    case 'not_an_agent':
      return msg`Your profile does not take calls.`;
    default:
      return msg`The server refused this. Please try again.`;
  }
}
