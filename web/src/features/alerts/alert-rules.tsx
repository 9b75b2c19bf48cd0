import { Alert, Button, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMailOff, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AlertRule, deleteAlertRule, listAlertRules, QUEUE_METRICS, updateAlertRule } from '../../../../shared/api/alerts.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { alertValueText, useAlertMetricText } from '../../records/alert-text.ts';
import { SwitchedActions } from '../../records/switched-actions.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { RuleForm } from './rule-form.tsx';

/** The rules that watch live figures. */
export function AlertRules() {
  const [open, setOpen] = useState<AlertRule | 'new' | null>(null);
  const rules = useQuery({ queryKey: [listAlertRules.id], queryFn: ({ signal }) => call(listAlertRules, {}, signal) });
  if (rules.data === undefined) return rules.error ? <ErrorState error={rules.error} onRetry={() => void rules.refetch()} /> : <LoadingRows rows={4} />;
  const { items, canSendMail } = rules.data;
  return (
    <Stack gap="md">
      {!canSendMail && items.some((rule) => rule.recipients.length > 0) && (
        <Alert color="yellow" icon={<IconMailOff aria-hidden />} title={<Trans>No mail host is configured</Trans>}>
          <Trans>Alerts are shown and webhooks called, but no mail is sent.</Trans>
        </Alert>
      )}
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
        <Trans>New rule</Trans>
      </Button>
      {items.length === 0 ? (
        <EmptyState title={<Trans>No rules yet</Trans>} hint={<Trans>For example: more than five calls waiting for a minute.</Trans>} />
      ) : (
        <RuleTable rules={items} onEdit={setOpen} />
      )}
      {open !== null && <RuleForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function RuleTable({ rules, onEdit }: { rules: readonly AlertRule[]; onEdit: (rule: AlertRule) => void }) {
  const metrics = useAlertMetricText();
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>Figure and limit</Trans>
          <Trans>Queue</Trans>
          <Trans>Tells</Trans>
        </Columns>
        <Table.Tbody>
          {rules.map((rule) => (
            <Table.Tr key={rule.id}>
              <Table.Td>{rule.name}</Table.Td>
              <Table.Td>
                {metrics[rule.metric]} {rule.comparison === 'above' ? '>' : '<'} {alertValueText(rule.metric, rule.threshold)}
                {rule.forSeconds > 0 && (
                  <Text span size="sm" c="dimmed">
                    {' '}
                    <Trans>for {rule.forSeconds} s</Trans>
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{!QUEUE_METRICS.has(rule.metric) ? <Trans>Whole centre</Trans> : rule.queueId === null ? <Trans>Each queue</Trans> : rule.queueName}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Text size="sm">{[...rule.recipients, ...(rule.webhookUrl === '' ? [] : [rule.webhookUrl])].join(', ')}</Text>
              </Table.Td>
              <Table.Td>
                <Actions rule={rule} onEdit={() => onEdit(rule)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function Actions({ rule, onEdit }: { rule: AlertRule; onEdit: () => void }) {
  const { t } = useLingui();
  const { id, name, active } = rule;
  return (
    <SwitchedActions
      name={name}
      active={active}
      switchLabel={t`“${name}” is on`}
      refresh={[listAlertRules.id]}
      onSwitch={(on) => call(updateAlertRule, { params: { id }, body: { active: on } })}
      onEdit={onEdit}
      onRemove={() => call(deleteAlertRule, { params: { id } })}
      removed={t`The rule was removed`}
      consequence={<Trans>The figure is not watched any more. Alerts that were raised stay in the list.</Trans>}
    />
  );
}
