import { Box, Modal } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { LeaveQuestion } from './leave-question.tsx';

interface Props {
  title: ReactNode;
  onClose: () => void;
  /** A click beside it does not close it: something was typed, or is to be read. What was typed and not sent is not left without a question. */
  keep?: boolean;
  /** What is typed in it is not worth a question: a code, or what is tried out. */
  passing?: boolean;
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

/** Whether something of a form inside was filled in that has not been sent since; a form that is gone does not count. */
function useTyped() {
  const form = useRef<Element | null>(null);
  const wasSent = useRef(false);
  const note = ({ target }: SyntheticEvent): void => {
    if (!(target instanceof Element)) return;
    wasSent.current = false;
    // A choice from a list lies outside of the form that it fills in.
    form.current = target.closest('form') ?? form.current ?? document.querySelector('[role=dialog] form');
  };
  return {
    events: {
      onInput: note,
      onClick: (event: SyntheticEvent) => {
        if (event.target instanceof Element && event.target.closest('[role=option]')) note(event);
      },
      onSubmit: (event: SyntheticEvent) => {
        wasSent.current = true;
        // React passes what is sent here on to the form in which the dialog was opened: that one was not sent.
        event.stopPropagation();
      },
    },
    /** Filled in, whether or not somebody tried to send it: what was refused is still to be mended. */
    holds: () => form.current?.isConnected === true,
    /** The same, while nothing is on its way to be saved: what was saved may lead to another page. */
    mayBeLost: () => form.current?.isConnected === true && !wasSent.current,
  };
}

/** A dialog with a named close button and no second page banner. */
export function FormDialog({ title, onClose, keep = false, passing = false, size = 'md', children }: Props) {
  const { t } = useLingui();
  useFocusBack();
  const typed = useTyped();
  const asks = keep && !passing;
  const [closing, setClosing] = useState(false);
  const blocker = useBlocker({ shouldBlockFn: () => asks && typed.mayBeLost(), enableBeforeUnload: () => asks && typed.mayBeLost(), withResolver: true });
  const isLeft = blocker.status === 'blocked';
  const stay = (): void => {
    setClosing(false);
    if (isLeft) blocker.reset();
  };
  return (
    <Modal.Root opened onClose={() => (asks && typed.holds() ? setClosing(true) : onClose())} closeOnClickOutside={!keep} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Header role="presentation">
          <Modal.Title fw={650} lh={1.35}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t`Close`} />
        </Modal.Header>
        <Modal.Body {...typed.events}>
          {(closing || isLeft) && (
            <Box pb="sm">
              <LeaveQuestion onStay={stay} onLeave={isLeft ? blocker.proceed : onClose} />
            </Box>
          )}
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
