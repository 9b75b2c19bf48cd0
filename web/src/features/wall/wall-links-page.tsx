import { Alert, Button, Card, Code, Group, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconExternalLink, IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { listWallLinks, revokeWallLink, type WallLink } from '../../../../shared/api/wall-links.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { BackLink } from '../../records/links.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useAllQueues } from '../../records/queues.ts';
import { RemoveQuestion } from '../../records/remove-question.tsx';
import { Columns } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { WallLinkForm } from './wall-link-form.tsx';

const linkOf = (token: string): string => `${window.location.origin}/wall/${token}`;

/** Links with which screens show live figures without a login. */
export default function WallLinksPage() {
  const [making, setMaking] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const links = useOne([listWallLinks.id], (signal) => call(listWallLinks, {}, signal));
  return (
    <Stack gap="md">
      <PageHead
        title={<Trans>Wallboard links</Trans>}
        hint={<Trans>A link shows live figures on a screen without a login, until you end it.</Trans>}
        back={
          <BackLink to="/board">
            <Trans>Live board</Trans>
          </BackLink>
        }
      >
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
          <Trans>Make a link</Trans>
        </Button>
      </PageHead>
      {token !== null && <MadeLink token={token} />}
      {links.isPending && <LoadingRows rows={3} />}
      {links.isError && <ErrorState error={links.error} onRetry={() => void links.refetch()} />}
      {links.data?.items.length === 0 && <EmptyState title={<Trans>No links yet</Trans>} hint={<Trans>Make one, open it on the screen and press full screen.</Trans>} />}
      {links.data && links.data.items.length > 0 && <LinkTable links={links.data.items} />}
      {making && (
        <WallLinkForm
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setToken(made);
            setMaking(false);
          }}
        />
      )}
    </Stack>
  );
}

function MadeLink({ token }: { token: string }) {
  const { t } = useLingui();
  return (
    <Alert color="yellow" role="status" icon={<IconKey aria-hidden />} title={<Trans>The link is shown only now</Trans>}>
      <Stack gap="xs">
        <Text size="sm">
          <Trans>Whoever has it sees the figures until you end it. Each opening is written to the audit log.</Trans>
        </Text>
        <Group gap="xs">
          <Code style={{ overflowWrap: 'anywhere' }}>{linkOf(token)}</Code>
          <CopyValue value={linkOf(token)} label={t`Copy the link`} />
          <Button component="a" href={linkOf(token)} target="_blank" rel="noreferrer" size="compact-sm" variant="default" leftSection={<IconExternalLink size={16} aria-hidden />}>
            <Trans>Open the wallboard</Trans>
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function LinkTable({ links }: { links: readonly WallLink[] }) {
  return (
    <Card withBorder p={0}>
      <Table.ScrollContainer minWidth={720}>
        <Table verticalSpacing="xs">
          <Columns>
            <Trans>Name</Trans>
            <Trans>Queues</Trans>
            <Trans>Shows</Trans>
            <Trans>Ends</Trans>
            <Trans>Last opened</Trans>
            <Table.Th />
          </Columns>
          <Table.Tbody>
            {links.map((link) => (
              <LinkRow key={link.id} link={link} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function LinkRow({ link }: { link: WallLink }) {
  const { i18n, t } = useLingui();
  const now = useNow();
  const queues = useAllQueues();
  const [asking, setAsking] = useState(false);
  const { name, expiresAt } = link;
  const end = useSave({ run: () => call(revokeWallLink, { params: { id: link.id } }), refresh: [listWallLinks.id], done: t`The link has ended`, onDone: () => setAsking(false) });
  const isOver = link.revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= now);
  return (
    <Table.Tr {...(isOver ? { c: 'dimmed' } : {})}>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{name}</Table.Td>
      <Table.Td>{link.queueIds.map((id) => queues.find((queue) => queue.id === id)?.name ?? '').join(', ')}</Table.Td>
      <Table.Td>
        <Group gap={4}>
          <Tag>{<Trans>Figures</Trans>}</Tag>
          {link.showsNames && (
            <Tag color="yellow">
              <Trans>Names of agents</Trans>
            </Tag>
          )}
          {link.showsNumbers && (
            <Tag color="yellow">
              <Trans>Numbers of callers</Trans>
            </Tag>
          )}
        </Group>
      </Table.Td>
      <Table.Td>{link.revokedAt !== null ? <Trans>Ended by hand</Trans> : expiresAt === null ? <Trans>When you end it</Trans> : formatDateTime(expiresAt, i18n.locale)}</Table.Td>
      <Table.Td>{link.lastOpenedAt === null ? <Trans>Not yet</Trans> : formatDateTime(link.lastOpenedAt, i18n.locale)}</Table.Td>
      <Table.Td ta="right">
        {!isOver && (
          <Button size="compact-sm" variant="default" onClick={() => setAsking(true)} aria-label={t`End the link ${name}`}>
            <Trans>End</Trans>
          </Button>
        )}
        {asking && (
          <RemoveQuestion title={<Trans>End the link {name}?</Trans>} busy={end.isPending} onRemove={() => end.mutate(undefined)} onClose={() => setAsking(false)}>
            <Trans>Screens that show it go dark at once. The link cannot be used again.</Trans>
          </RemoveQuestion>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
