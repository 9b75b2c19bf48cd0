import { useLingui } from '@lingui/react/macro';
import type { AgentView } from '../../../shared/events.ts';

type Problem = AgentView['problems'][number];

/** What is not well at an agent's desk, in a word or two. */
export function useProblemWords(): Readonly<Record<Problem, string>> {
  const { t } = useLingui();
  return { microphone: t`Microphone`, network: t`Network`, media: t`Voice connection`, tab: t`Browser tab asleep`, disconnected: t`Disconnected` };
}
