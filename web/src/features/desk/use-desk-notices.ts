import { notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { events } from '../../softphone/events.ts';

/**
 * What would else only vanish from the desk, or not show on it at all: a call that rang at several agents and was answered by
 * another one, and the time in which the browser had stopped the tab.
 */
export function useDeskNotices(): void {
  const { t } = useLingui();
  const asleep = useRef(false);
  useEffect(
    () =>
      events.subscribe((message) => {
        if (message.type === 'offer.ended' && message.reason === 'answeredElsewhere') notifications.show({ color: 'gray', message: t`Somebody else answered the call.` });
        if (message.type !== 'agent') return;
        const before = asleep.current;
        asleep.current = message.agent.problems.includes('tab');
        if (!before || asleep.current || message.agent.presence === 'offline') return;
        notifications.show({
          color: 'orange',
          autoClose: false,
          title: t`The browser had stopped this tab`,
          message: t`You were not offered calls meanwhile, and nothing of it counts against you. Keep the desk in a window of its own.`,
        });
      }),
    [t],
  );
}
