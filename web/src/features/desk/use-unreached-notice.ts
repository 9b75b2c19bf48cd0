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
  /** Calls that were told of: of several, one that ends is none that could not be connected. */
  const known = useRef(new Set<string>());
  useEffect(
    () =>
      events.subscribe((message) => {
        if (message.type === 'call') known.current.add(message.call.callId);
        if (message.type === 'call.ended' && known.current.delete(message.callId) && message.callId !== followed.current?.callId) return;
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
