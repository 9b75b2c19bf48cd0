import { useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconCoffee, IconLogout, IconPhoneCall, IconPhoneRinging, IconWalk, IconWriting, type TablerIcon } from '@tabler/icons-react';
import type { AgentState } from '../../../shared/agent-state.ts';

/** Tint and icon of what an agent does; the word stands beside them, so that nobody depends on the colour. */
export const AGENT_LOOKS: Readonly<Record<AgentState, { icon: TablerIcon; color: string }>> = {
  offered: { icon: IconPhoneRinging, color: 'yellow' },
  talking: { icon: IconPhoneCall, color: 'blue' },
  wrapUp: { icon: IconWriting, color: 'grape' },
  unhealthy: { icon: IconAlertTriangle, color: 'red' },
  available: { icon: IconCheck, color: 'teal' },
  break: { icon: IconCoffee, color: 'gray' },
  away: { icon: IconWalk, color: 'gray' },
  offline: { icon: IconLogout, color: 'gray' },
};

/** What an agent does, in a word. */
export function useStateWords(): Readonly<Record<AgentState, string>> {
  const { t } = useLingui();
  return {
    offered: t`Ringing`,
    talking: t`Talking`,
    wrapUp: t`In wrap-up`,
    unhealthy: t`Cannot take calls`,
    available: t`Available`,
    break: t`On break`,
    away: t`Away`,
    offline: t`Logged off`,
  };
}
