import { Alert } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { CallerMatch } from '../../../../shared/events.ts';

/** A caution flag on who calls, with its reason; nothing when there is none. */
export function CautionNote({ matches }: { matches: readonly CallerMatch[] }) {
  const flagged = matches.filter(({ caution }) => caution !== '');
  if (flagged.length === 0) return null;
  return (
    <Alert color="orange" p="xs" icon={<IconAlertTriangle aria-hidden />} title={<Trans>Caution flag</Trans>}>
      {flagged.map(({ customerId, name, caution }) => (
        <div key={customerId}>
          {matches.length > 1 && `${name}: `}
          {caution}
        </div>
      ))}
    </Alert>
  );
}
