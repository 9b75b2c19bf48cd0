import { notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { formatPhone } from '../../lib/format.ts';
import { events } from '../../softphone/events.ts';
import { type Followed, followCall } from './unreached.ts';

/** Tells the agent that the number they called did not answer: else the call would only vanish. */
export function useUnreachedNotice(): void {
  const { t } = useLingui();
  const followed = useRef<Followed>(null);
  useEffect(
    () =>
      events.subscribe((message) => {
        const next = followCall(followed.current, message);
        followed.current = next.followed;
        if (next.unreached === null) return;
        const number = formatPhone(next.unreached);
        const text = number === '' ? t`The call could not be connected.` : t`${number} did not answer, or is busy.`;
        notifications.show({ color: 'orange', message: text });
      }),
    [t],
  );
}
