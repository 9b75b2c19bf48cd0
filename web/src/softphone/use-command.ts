import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { refusalText } from '../lib/refusal-text.ts';
import { CommandRefused } from './events-socket.ts';

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
        notifications.show({ color: 'red', message: i18n._(textOf(error)) });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [i18n],
  );
  return { run, busy };
}

const textOf = (error: unknown): MessageDescriptor =>
  (error instanceof CommandRefused ? refusalText(error.code) : undefined) ?? msg`The server refused this. Please try again.`;
