import { useBlocker } from '@tanstack/react-router';
import { LeaveQuestion } from './leave-question.tsx';

/** Stands in a form, and asks before its page is left with something unsaved: by a link, the browser's history, or loading it again. */
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  return blocker.status === 'blocked' ? <LeaveQuestion onStay={blocker.reset} onLeave={blocker.proceed} /> : null;
}
