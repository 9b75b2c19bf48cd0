import { Alert, Button, Group } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';

interface Props {
  onStay: () => void;
  onLeave: () => void;
}

/** Asked when somebody closes a form that holds something unsaved. */
export function LeaveQuestion({ onStay, onLeave }: Props) {
  // The form may be scrolled to its end, far from here, and whoever pressed a key goes on by keys.
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    element?.scrollIntoView({ block: 'nearest' });
    element?.querySelector('button')?.focus();
  }, [element]);
  return (
    <Alert ref={setElement} color="yellow" role="alert" title={<Trans>There are unsaved changes</Trans>}>
      <Group gap="xs">
        <Button size="xs" onClick={onStay}>
          <Trans>Keep editing</Trans>
        </Button>
        <Button size="xs" variant="default" onClick={onLeave}>
          <Trans>Discard changes</Trans>
        </Button>
      </Group>
    </Alert>
  );
}
