import { useLingui } from '@lingui/react/macro';
import type { Simulation } from '../../../../shared/api/simulations.ts';
import { Tag } from '../../records/tag.tsx';

const COLOURS: Readonly<Record<Simulation['state'], string>> = { waiting: 'gray', running: 'blue', done: 'teal', cancelled: 'gray', failed: 'red', interrupted: 'yellow' };

/** Whether it may still change. */
export const isLive = ({ state }: Pick<Simulation, 'state'>): boolean => state === 'waiting' || state === 'running';

/** The state of a simulation in a word. */
export function SimulationState({ state }: Pick<Simulation, 'state'>) {
  const { t } = useLingui();
  const words: Record<Simulation['state'], string> = {
    waiting: t`Waiting`,
    running: t`Running`,
    done: t`Completed`,
    cancelled: t`Cancelled`,
    failed: t`Failed`,
    interrupted: t`Interrupted`,
  };
  return <Tag color={COLOURS[state]}>{words[state]}</Tag>;
}

/** What was asked for, in a line. */
export function useRequestText(): (request: Simulation['request']) => string {
  const { t } = useLingui();
  return ({ source, staff, agents, handlePercent, volumePercent }) => {
    const sign = staff > 0 ? `+${staff}` : String(staff);
    const people = source === 'history' ? t`agents ${sign}` : t`${agents} agents`;
    return [people, t`handle time ${handlePercent}%`, t`calls ${volumePercent}%`].join(' · ');
  };
}
