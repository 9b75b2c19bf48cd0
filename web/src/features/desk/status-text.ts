import { useLingui } from '@lingui/react/macro';
import type { AgentView } from '../../../../shared/events.ts';

/** Names of presence and work on screen. */
export function useStatusText() {
  const { t } = useLingui();
  const presenceText: Record<AgentView['presence'], string> = {
    available: t`Available`,
    break: t`On break`,
    away: t`Away`,
    offline: t`Logged off`,
  };
  const workText: Record<AgentView['work'], string> = {
    idle: t`Waiting`,
    offered: t`Ringing`,
    talking: t`Talking`,
    wrapUp: t`Wrap-up`,
  };
  return { presenceText, workText };
}
