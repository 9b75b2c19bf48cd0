import { Modal } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';

interface Props {
  title: ReactNode;
  onClose: () => void;
  /** A click beside it does not close it: something was typed. */
  keep?: boolean;
  size?: 'md' | 'lg';
  children: ReactNode;
}

/** A dialog with a named close button and no second page banner. */
export function FormDialog({ title, onClose, keep = false, size = 'md', children }: Props) {
  const { t } = useLingui();
  return (
    <Modal.Root opened onClose={onClose} closeOnClickOutside={!keep} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Header role="presentation">
          <Modal.Title fw={650}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t`Close`} />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
