import { Alert, Box, Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArmchair, IconDeviceTv, IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { LoadingRows } from '../../components/list-states.tsx';
import { formatClock } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { useNow } from '../../lib/use-now.ts';
import { PageHead } from '../../records/page-head.tsx';
import { AgentsPart } from './agents-part.tsx';
import { CallsPart } from './calls-part.tsx';
import { ConnectionBadge } from './connection-badge.tsx';
import { QueuesPart } from './queues-part.tsx';
import { TotalsPart } from './totals-part.tsx';
import { useBoard } from './use-board.ts';

/** The room at this moment: queues, agents, calls. */
export default function BoardPage() {
  const { i18n } = useLingui();
  const { can } = useSession();
  const { model, connected, refused, clockOffsetMs } = useBoard();
  // Without a connection the times stand still: nobody knows whether they go on.
  const now = useNow(connected) + clockOffsetMs;
  const at = model.at === null ? null : formatClock(model.at, i18n.locale);
  return (
    <Stack gap="lg">
      <PageHead title={<Trans>Live board</Trans>} hint={at !== null && <Trans>Last change {at}</Trans>}>
        <Button component={Link} to="/board/seats" size="compact-sm" variant="default" leftSection={<IconArmchair size={16} aria-hidden />}>
          <Trans>Seat map</Trans>
        </Button>
        {can('board.manage') && (
          <Button component={Link} to="/board/walls" size="compact-sm" variant="default" leftSection={<IconDeviceTv size={16} aria-hidden />}>
            <Trans>Wallboard links</Trans>
          </Button>
        )}
        <ConnectionBadge connected={connected} />
      </PageHead>
      {!connected && model.at !== null && (
        <Alert color="red" role="alert" icon={<IconPlugConnectedX aria-hidden />} title={<Trans>The connection is lost</Trans>}>
          <Text size="sm">
            <Trans>You see the state of {at}. The board goes on by itself as soon as the server is reached.</Trans>
          </Text>
        </Alert>
      )}
      {refused && (
        <Alert color="red" role="alert" icon={<IconLock aria-hidden />} title={<Trans>You do not have permission to see the live board</Trans>} />
      )}
      {model.at === null ? (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <LoadingRows rows={5} />
          <LoadingRows rows={5} />
        </SimpleGrid>
      ) : (
        <Box style={connected ? undefined : { filter: 'grayscale(1)' }}>
          <Stack gap="lg">
            <TotalsPart model={model} now={now} />
            <QueuesPart queues={Object.values(model.queues)} now={now} />
            <CallsPart calls={Object.values(model.calls)} agents={Object.values(model.agents)} now={now} />
            <AgentsPart agents={Object.values(model.agents)} queues={model.queues} calls={model.calls} now={now} />
          </Stack>
        </Box>
      )}
    </Stack>
  );
}
