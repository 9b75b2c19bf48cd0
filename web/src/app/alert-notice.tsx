import { Alert as Box, Button, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Alert, listAlerts, seeAlert } from '../../../shared/api/alerts.ts';
import { call } from '../lib/api.ts';
import { formatClock } from '../lib/format.ts';
import { alertFacts, useAlertMetricText } from '../records/alert-text.ts';
import { useSave } from '../records/use-save.ts';

const EVERY_MS = 5_000;
/** More are counted, not listed. */
const SHOWN = 3;

/** Alerts that nobody looks after yet, above every page of a supervisor. */
export function AlertNotice() {
  const alerts = useQuery({ queryKey: [listAlerts.id, 'open'], queryFn: ({ signal }) => call(listAlerts, { query: { open: 'true', limit: 50 } }, signal), refetchInterval: EVERY_MS });
  const unseen = alerts.data?.items.filter((alert) => alert.seenAt === null) ?? [];
  if (unseen.length === 0) return null;
  const rest = unseen.length - SHOWN;
  return (
    <Box color="orange" role="alert" icon={<IconBell aria-hidden />} mb="md" title={<Trans>Alerts</Trans>}>
      <Stack gap="xs">
        {unseen.slice(0, SHOWN).map((alert) => (
          <Line key={alert.id} alert={alert} />
        ))}
        {rest > 0 && (
          <Text size="sm" renderRoot={(props) => <Link {...props} to="/alerts" />}>
            <Trans>and {rest} more</Trans>
          </Text>
        )}
      </Stack>
    </Box>
  );
}

function Line({ alert }: { alert: Alert }) {
  const { i18n, t } = useLingui();
  const metrics = useAlertMetricText();
  const { name } = alert;
  const see = useSave({ run: () => call(seeAlert, { params: { id: alert.id } }), refresh: [listAlerts.id], done: t`You look after this alert` });
  return (
    <Group gap="sm" justify="space-between">
      <Text size="sm">
        <b>{name}</b> {metrics[alert.metric]} {alertFacts(alert)}
        {alert.queueName !== '' && ` · ${alert.queueName}`} · {formatClock(alert.raisedAt, i18n.locale)}
      </Text>
      <Button size="compact-sm" variant="default" loading={see.isPending} onClick={() => see.mutate(undefined)} aria-label={t`Look after “${name}”`}>
        <Trans>I look after it</Trans>
      </Button>
    </Group>
  );
}
