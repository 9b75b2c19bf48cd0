import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconArrowForwardUp, IconUsersGroup, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { CallView } from '../../../../shared/events.ts';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { formatPhone } from '../../lib/format.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone } from '../../softphone/use-softphone.ts';
import { gone, partyName } from './party-list.ts';

type Party = CallView['parties'][number];

/** Who else is in the call, and what can be done with them. */
export function CallParties({ view }: { view: CallView }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  useLeftNotice(view);
  if (view.parties.length === 0) return null;
  const isConference = view.parties.some(({ role, stage }) => role === 'member' && stage === 'connected');
  return (
    <Stack gap="xs" role="group" aria-label={t`Others in this call`}>
      {view.parties.map((party) => (
        <PartyCard key={party.partyId} party={party} held={view.phase === 'held'} />
      ))}
      {isConference && (
        <Button size="xs" variant="default" w="fit-content" disabled={busy} leftSection={<IconArrowForwardUp size={16} aria-hidden />} onClick={() => void run(() => softphone.leaveConference())}>
          <Trans>Leave the conference to the others</Trans>
        </Button>
      )}
    </Stack>
  );
}

function PartyCard({ party, held }: { party: Party; held: boolean }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const name = formatPhone(partyName(party)) || t`Unknown`;
  const isConsulted = party.role === 'consult' && party.stage === 'connected';
  return (
    <Card withBorder padding="xs" bg="gray.0">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <ToneBadge tone={party.stage === 'connected' ? 'info' : 'warn'} role="status">
            <PartyState party={party} held={held} />
          </ToneBadge>
          <Text fw={600} size="sm">
            {name}
          </Text>
        </Group>
        <Group gap={6}>
          {isConsulted && (
            <>
              <Button size="xs" disabled={busy} leftSection={<IconArrowForwardUp size={16} aria-hidden />} onClick={() => void run(() => softphone.handOver())}>
                <Trans>Transfer to them</Trans>
              </Button>
              <Button size="xs" variant="default" disabled={busy} leftSection={<IconUsersGroup size={16} aria-hidden />} onClick={() => void run(() => softphone.conference())}>
                <Trans>Three-way call</Trans>
              </Button>
            </>
          )}
          <Button
            size="xs"
            variant="default"
            disabled={busy}
            leftSection={isConsulted ? <IconArrowBackUp size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
            onClick={() => void run(() => softphone.dropParty(party.partyId))}
          >
            <DropText party={party} />
          </Button>
        </Group>
      </Group>
    </Card>
  );
}

function DropText({ party: { role, stage } }: { party: Party }) {
  if (stage !== 'connected') return <Trans>Stop calling</Trans>;
  return role === 'consult' ? <Trans>End the consultation</Trans> : <Trans>Take out</Trans>;
}

function PartyState({ party: { role, stage }, held }: { party: Party; held: boolean }) {
  if (stage !== 'connected') return <Trans>Calling…</Trans>;
  if (role === 'member') return <Trans>In the conference</Trans>;
  return held ? <Trans>You speak with</Trans> : <Trans>Waiting on hold</Trans>;
}

/** Says who is no longer there: nobody sees by itself that a row is missing. */
function useLeftNotice(view: CallView): void {
  const { t } = useLingui();
  const before = useRef(view);
  useEffect(() => {
    for (const party of gone(before.current, view)) {
      const name = formatPhone(partyName(party)) || t`Unknown`;
      const message = party.stage === 'connected' ? t`${name} left the call` : t`${name} was not reached`;
      notifications.show({ color: 'gray', message });
    }
    before.current = view;
  }, [view, t]);
}
