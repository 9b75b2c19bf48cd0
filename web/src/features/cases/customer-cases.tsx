import { Button, Card, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { type Case, listCases } from '../../../../shared/api/cases.ts';
import { call } from '../../lib/api.ts';
import { ListState } from '../../records/list-state.tsx';
import { useSession } from '../../lib/session.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useList } from '../../records/use-list.ts';
import { PriorityBadge, StatusBadge } from './case-badges.tsx';
import { CaseFormModal } from './case-form.tsx';
import { sortCases } from './case-rules.ts';

/** The cases of a customer, what needs work first. */
export function CustomerCases({ customerId }: { customerId: string }) {
  const { t } = useLingui();
  const { can } = useSession();
  const [open, setOpen] = useState<Case | 'new' | null>(null);
  const list = useList([listCases.id, customerId], (cursor, signal) =>
    call(listCases, { query: { customerId, limit: 100, ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            <Trans>Cases</Trans>
          </Title>
          {can('case.write') && (
            <Button size="xs" variant="light" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
              <Trans>New case</Trans>
            </Button>
          )}
        </Group>
        <ListState list={list} empty={{ title: t`No cases` }}>
          {(cases) => (
            <Stack gap="xs">
              {sortCases(cases).map((item) => (
                <CaseRow key={item.id} item={item} onOpen={can('case.write') ? () => setOpen(item) : undefined} />
              ))}
            </Stack>
          )}
        </ListState>
        {open !== null && (
          <CaseFormModal customerId={customerId} {...(open === 'new' ? {} : { stored: open })} onClose={() => setOpen(null)} />
        )}
      </Stack>
    </Card>
  );
}

function CaseRow({ item, onOpen }: { item: Case; onOpen: (() => void) | undefined }) {
  const { i18n } = useLingui();
  const body = (
    <Card withBorder padding="xs">
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          #{item.number} {item.subject}
        </Text>
        <Group gap={4}>
          {item.priority !== 'normal' && <PriorityBadge priority={item.priority} />}
          <StatusBadge status={item.status} />
        </Group>
      </Group>
      <Text size="xs" c="dimmed">
        {item.ownerName} {formatDateTime(item.updatedAt, i18n.locale)}
      </Text>
    </Card>
  );
  return onOpen ? <UnstyledButton onClick={onOpen}>{body}</UnstyledButton> : body;
}
