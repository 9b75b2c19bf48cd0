import { Button, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconEye, IconEyeOff, IconHourglass } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { endProviderAccess, listProviderAccesses, type ProviderAccess } from '../../../../shared/api/provider-access.ts';
import { call } from '../../lib/api.ts';
import { formatClock, formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { BackLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Question } from '../../records/question.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { useAccessWords } from './access-words.ts';

/** When the provider's people asked to see this tenant, why, and what they looked at. */
export default function ProviderAccessPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const [ending, setEnding] = useState<ProviderAccess | null>(null);
  const list = useList([listProviderAccesses.id], (cursor, signal) => call(listProviderAccesses, { query: { limit: 20, ...(cursor === undefined ? {} : { cursor }) } }, signal));
  const end = useSave({
    run: (id: string) => call(endProviderAccess, { params: { id } }),
    refresh: [listProviderAccesses.id],
    done: t`The provider's access has ended`,
    onDone: () => setEnding(null),
  });
  return (
    <Stack gap="md">
      <PageHead
        back={
          <BackLink to="/audit">
            <Trans>Audit log</Trans>
          </BackLink>
        }
        title={<Trans>Access by the provider</Trans>}
        hint={<Trans>The provider's people see nothing in this tenant unless they say why and for how long. Each look stands here and in the audit log.</Trans>}
      />
      <ListState list={list} empty={{ title: t`The provider has never asked to see this tenant`, hint: t`When it does, you see it here and above every page.` }}>
        {(items) => (
          <Stack gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {items.map((access) => (
              <li key={access.id}>
                <Access access={access} onEnd={can('settings.manage') && access.status !== 'ended' ? () => setEnding(access) : undefined} />
              </li>
            ))}
          </Stack>
        )}
      </ListState>
      {ending && (
        <Question title={<Trans>End this access?</Trans>} yes={<Trans>End it now</Trans>} takesAway busy={end.isPending} onYes={() => end.mutate(ending.id)} onClose={() => setEnding(null)}>
          <Trans>The operator sees nothing more from this moment on. What was looked at stays recorded.</Trans>
        </Question>
      )}
    </Stack>
  );
}

function Status({ access }: { access: ProviderAccess }) {
  if (access.status === 'open') {
    return (
      <Tag color="orange" icon={IconEye}>
        <Trans>Open now</Trans>
      </Tag>
    );
  }
  if (access.status === 'requested') {
    return (
      <Tag color="yellow" icon={IconHourglass}>
        <Trans>Waits for a second operator</Trans>
      </Tag>
    );
  }
  return (
    <Tag icon={IconEyeOff}>
      <Trans>Over</Trans>
    </Tag>
  );
}

function Access({ access, onEnd }: { access: ProviderAccess; onEnd: (() => void) | undefined }) {
  const { i18n, t } = useLingui();
  const { scopes, ends } = useAccessWords();
  const { operator, minutes, until, endedAt, endedHow, approvedBy, urgentReason } = access;
  const time = (at: string) => formatDateTime(at, i18n.locale);
  return (
    <Paper withBorder p="md" component="section" aria-label={t`Access by ${operator}`}>
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <Status access={access} />
          <Text fw={600}>{time(access.createdAt)}</Text>
        </Group>
        {onEnd && (
          <Button size="compact-md" color="red" variant="light" onClick={onEnd} aria-label={t`End it now: ${operator}`}>
            <Trans>End it now</Trans>
          </Button>
        )}
      </Group>
      <TableFrame minWidth={320}>
        <Table variant="vertical" fz="sm" layout="fixed">
          <Table.Tbody>
            <Fact name={t`Who looks`}>{operator}</Fact>
            <Fact name={t`Reason`}>{access.reason}</Fact>
            {access.ticket !== '' && <Fact name={t`Ticket`}>{access.ticket}</Fact>}
            <Fact name={t`What may be seen`}>{scopes[access.scope]}</Fact>
            <Fact name={t`Agreed by`}>{urgentReason === null ? (approvedBy ?? t`Nobody yet`) : t`Nobody: urgent (${urgentReason})`}</Fact>
            <Fact name={t`Ends at`}>{until === null ? t`${minutes} minutes after it is agreed to` : time(until)}</Fact>
            {endedAt !== null && endedHow !== null && <Fact name={t`Ended`}>{`${time(endedAt)} · ${ends[endedHow]}`}</Fact>}
            <Fact name={t`Looked at`}>
              <Looks access={access} />
            </Fact>
          </Table.Tbody>
        </Table>
      </TableFrame>
    </Paper>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th w={180}>{name}</Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{children}</Table.Td>
    </Table.Tr>
  );
}

function Looks({ access }: { access: ProviderAccess }) {
  const { i18n } = useLingui();
  const { views: words } = useAccessWords();
  if (access.viewCount === 0) return <Trans>Nothing so far</Trans>;
  const rest = access.viewCount - access.views.length;
  return (
    <Stack gap={2}>
      {access.views.map(({ at, view, subject }) => (
        <Text key={`${at} ${view} ${subject}`} size="sm">
          {formatClock(at, i18n.locale)} {words[view]}
          {subject !== '' && ` (${subject.slice(-6)})`}
        </Text>
      ))}
      {rest > 0 && (
        <Text size="sm">
          <Trans>and {rest} more</Trans>
        </Text>
      )}
    </Stack>
  );
}
