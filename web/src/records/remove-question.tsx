import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Question } from './question.tsx';

interface Props {
  title: ReactNode;
  /** What goes, and what stays. */
  children: ReactNode;
  busy: boolean;
  onRemove: () => void;
  onClose: () => void;
}

/** Asks once more before something is removed for good. */
export function RemoveQuestion({ title, children, busy, onRemove, onClose }: Props) {
  return (
    <Question title={title} yes={<Trans>Remove</Trans>} takesAway busy={busy} onYes={onRemove} onClose={onClose}>
      {children}
    </Question>
  );
}
