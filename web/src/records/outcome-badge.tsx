import { useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconMicrophone, IconPhoneCall, IconPhoneOff, IconPhoneX, IconRobot, type TablerIcon } from '@tabler/icons-react';
import { Tag } from './tag.tsx';

const LOOKS: Readonly<Record<string, { icon: TablerIcon; color: string }>> = {
  answered: { icon: IconCheck, color: 'teal' },
  abandoned: { icon: IconPhoneX, color: 'orange' },
  self_service: { icon: IconRobot, color: 'blue' },
  voicemail: { icon: IconMicrophone, color: 'grape' },
  rejected: { icon: IconPhoneOff, color: 'gray' },
  failed: { icon: IconAlertTriangle, color: 'red' },
  interrupted: { icon: IconAlertTriangle, color: 'red' },
};

/** The words of an outcome; null is a call in progress. */
export function useOutcomeText(): (outcome: string | null) => string {
  const { t } = useLingui();
  return (outcome) => {
    switch (outcome) {
      case null:
        return t`In progress`;
      case 'answered':
        return t`Answered`;
      case 'abandoned':
        return t`Abandoned`;
      case 'self_service':
        return t`Self-service`;
      case 'voicemail':
        return t`Voicemail`;
      case 'rejected':
        return t`Rejected`;
      case 'failed':
        return t`Failed`;
      case 'interrupted':
        return t`Interrupted`;
      default:
        return outcome;
    }
  };
}

/** How a call ended, by icon and word. */
export function OutcomeBadge({ outcome }: { outcome: string | null }) {
  const text = useOutcomeText();
  const look = outcome === null ? { icon: IconPhoneCall, color: 'blue' } : (LOOKS[outcome] ?? { icon: IconPhoneCall, color: 'gray' });
  return (
    <Tag color={look.color} icon={look.icon}>
      {text(outcome)}
    </Tag>
  );
}
