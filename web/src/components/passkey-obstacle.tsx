import { Anchor, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { PasskeyObstacle } from '../lib/passkeys.ts';

/** Why passkeys do not work on this page, and what to do about it. @param origin where they work, if anywhere */
export function PasskeyObstacleText({ obstacle, origin }: { obstacle: PasskeyObstacle; origin: string | null }) {
  const local = `http://localhost:${location.port || '80'}`;
  return (
    <Text size="sm" c="gray.7" role="note">
      {obstacle === 'ip_address' && <Trans>Passkeys do not work at an IP address. Your administrator opens the product by a name with TLS; on the machine itself, {local} works.</Trans>}
      {obstacle === 'no_tls' && <Trans>Passkeys need an encrypted connection (https).</Trans>}
      {obstacle === 'no_address' && <Trans>Passkeys need the public address of the product, which the operator of the system has not set.</Trans>}
      {obstacle === 'browser' && <Trans>This browser knows no passkeys.</Trans>}
      {obstacle === 'other_address' && origin !== null && (
        <>
          <Trans>Passkeys work at another address of the product:</Trans> <Anchor href={origin}>{origin}</Anchor>
        </>
      )}
    </Text>
  );
}
