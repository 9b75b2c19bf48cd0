import { Stack, Table, Tabs } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBell, IconCheck, IconSettings } from '@tabler/icons-react';
import { type Alert, listAlerts } from '../../../../shared/api/alerts.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { alertFacts, useAlertMetricText } from '../../records/alert-text.ts';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { exactTimeText } from '../../records/times.ts';
import { useList } from '../../records/use-list.ts';
import { AlertRules } from './alert-rules.tsx';

const EVERY_MS = 10_000;

/** What went beyond its limit, and the limits. */
export default function AlertsPage() {
  const { can } = useSession();
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Alerts</Trans>} hint={<Trans>Live figures are looked at every ten seconds.</Trans>} />
      {can('alert.manage') ? (
        <Tabs defaultValue="alerts" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="alerts" leftSection={<IconBell size={18} aria-hidden />}>
              <Trans>Alerts</Trans>
            </Tabs.Tab>
            <Tabs.Tab value="rules" leftSection={<IconSettings size={18} aria-hidden />}>
              <Trans>Rules</Trans>
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="alerts">
            <AlertList />
          </Tabs.Panel>
          <Tabs.Panel value="rules">
            <AlertRules />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <AlertList />
      )}
    </Stack>
  );
}

function AlertList() {
  const { t } = useLingui();
  const list = useList([listAlerts.id, 'all'], (cursor, signal) => call(listAlerts, { query: { limit: 50, ...(cursor === undefined ? {} : { cursor }) } }, signal), { everyMs: EVERY_MS });
  return (
    <ListState list={list} empty={{ title: t`No alerts yet`, hint: t`An alert appears here when a figure goes beyond the limit of a rule.` }}>
      {(alerts) => <AlertTable alerts={alerts} />}
    </ListState>
  );
}

function AlertTable({ alerts }: { alerts: readonly Alert[] }) {
  const { i18n } = useLingui();
  const metrics = useAlertMetricText();
  const time = (iso: string | null): string => (iso === null ? '–' : exactTimeText(iso, i18n.locale));
  return (
    <TableFrame minWidth={820}>
      <Table verticalSpacing="xs" fz="sm">
        <Columns>
          <Trans>Raised</Trans>
          <Trans>Rule</Trans>
          <Trans>Watched figure</Trans>
          <Trans>Queue</Trans>
          <Trans>Resolved</Trans>
          <Trans>Looked after by</Trans>
        </Columns>
        <Table.Tbody>
          {alerts.map((alert) => (
            <Table.Tr key={alert.id}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{time(alert.raisedAt)}</Table.Td>
              <Table.Td>{alert.name}</Table.Td>
              <Table.Td>
                {metrics[alert.metric]} {alertFacts(alert)}
              </Table.Td>
              <Table.Td>{alert.queueName}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                {alert.resolvedAt === null ? (
                  <Tag color="orange" icon={IconBell}>
                    <Trans>Goes on</Trans>
                  </Tag>
                ) : (
                  <Tag color="teal" icon={IconCheck}>
                    {time(alert.resolvedAt)}
                  </Tag>
                )}
              </Table.Td>
              <Table.Td>{alert.seenByName}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
