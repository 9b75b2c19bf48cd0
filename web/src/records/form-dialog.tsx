import { Modal } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { type ReactNode, useEffect, useState } from 'react';

interface Props {
  title: ReactNode;
  onClose: () => void;
  /** A click beside it does not close it: something was typed. */
  keep?: boolean;
  size?: 'md' | 'lg' | 'xl';
  children: ReactNode;
}

/** Gives the focus back to who opened the dialog: it is taken away, not hidden, so that Mantine does not. */
function useFocusBack(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener.isConnected) setTimeout(() => opener.focus({ preventScroll: true }));
    },
    [opener],
  );
}

/** A dialog with a named close button and no second page banner. */
export function FormDialog({ title, onClose, keep = false, size = 'md', children }: Props) {
  const { t } = useLingui();
  useFocusBack();
  return (
    <Modal.Root opened onClose={onClose} closeOnClickOutside={!keep} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Header role="presentation">
          <Modal.Title fw={650}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t`Close`} />
        </Modal.Header>
        {/* React passes what is sent here on to the form in which the dialog was opened: that one was not sent. */}
        <Modal.Body onSubmit={(event) => event.stopPropagation()}>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
