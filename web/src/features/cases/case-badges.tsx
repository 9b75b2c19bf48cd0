import { useLingui } from '@lingui/react/macro';
import { IconArrowDown, IconArrowUp, IconCircle, IconCircleCheck, IconClockPause, IconMinus } from '@tabler/icons-react';
import type { Case } from '../../../../shared/api/cases.ts';
import { Tag } from '../../records/tag.tsx';

export function useCaseWords() {
  const { t } = useLingui();
  return {
    status: { open: t`Open`, pending: t`Pending`, closed: t`Closed` } satisfies Record<Case['status'], string>,
    priority: { high: t`High`, normal: t`Normal`, low: t`Low` } satisfies Record<Case['priority'], string>,
  };
}

const STATUS_LOOKS = {
  open: { icon: IconCircle, color: 'blue' },
  pending: { icon: IconClockPause, color: 'yellow' },
  closed: { icon: IconCircleCheck, color: 'gray' },
} as const;

const PRIORITY_LOOKS = {
  high: { icon: IconArrowUp, color: 'red' },
  normal: { icon: IconMinus, color: 'gray' },
  low: { icon: IconArrowDown, color: 'gray' },
} as const;

/** State of a case, by icon and word. */
export function StatusBadge({ status }: { status: Case['status'] }) {
  const words = useCaseWords();
  const look = STATUS_LOOKS[status];
  return (
    <Tag color={look.color} icon={look.icon}>
      {words.status[status]}
    </Tag>
  );
}

/** Priority of a case, by icon and word. */
export function PriorityBadge({ priority }: { priority: Case['priority'] }) {
  const words = useCaseWords();
  const look = PRIORITY_LOOKS[priority];
  return (
    <Tag color={look.color} icon={look.icon}>
      {words.priority[priority]}
    </Tag>
  );
}
