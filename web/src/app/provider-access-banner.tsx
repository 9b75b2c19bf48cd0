import { Alert, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconEye } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { listProviderAccesses } from '../../../shared/api/provider-access.ts';
import { call } from '../lib/api.ts';
import { events } from '../softphone/events.ts';

/** Beside what the server tells at once: an access that ran its time. */
const EVERY_MS = 30_000;

/** Above every page of who may read about it: the provider sees this tenant now. */
export function ProviderAccessBanner() {
  const client = useQueryClient();
  const open = useQuery({ queryKey: [listProviderAccesses.id, 'open'], queryFn: ({ signal }) => call(listProviderAccesses, { query: { limit: 1 } }, signal), refetchInterval: EVERY_MS }).data?.open ?? 0;
  useEffect(
    () =>
      events.subscribe((message) => {
        if (message.type === 'providerAccess.changed') void client.invalidateQueries({ queryKey: [listProviderAccesses.id] });
      }),
    [client],
  );
  if (open === 0) return null;
  return (
    <Alert color="orange" role="alert" icon={<IconEye aria-hidden />} mb="md" title={<Trans>The provider can see this tenant now</Trans>}>
      <Text size="sm" renderRoot={(props) => <Link {...props} to="/audit/provider-access" />}>
        <Trans>Who, why and until when; end it here</Trans>
      </Text>
    </Alert>
  );
}
