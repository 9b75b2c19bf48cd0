import { Button, Card, Group, Radio, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconUserSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { CallerMatch, CallView } from '../../../../shared/events.ts';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { useSession } from '../../lib/session.ts';
import { CustomerFinder } from './customer-finder.tsx';
import { CustomerRecord } from './customer-record.tsx';
import { changeDraft, useDraft } from './drafts.ts';

interface Props {
  callId: string;
  view: CallView | null;
  matches: readonly CallerMatch[];
}

/** The record of who is calling: found by the number, chosen among several, searched for, or newly made. */
export function CustomerPanel({ callId, view, matches }: Props) {
  const { t } = useLingui();
  const { can } = useSession();
  const [searching, setSearching] = useState(false);
  const number = view?.direction === 'outbound' ? view.dialledNumber : (view?.callerNumber ?? '');
  // The likeliest one is shown at once; only a choice of the agent goes into the record of the call.
  const draft = useDraft(callId);
  const chosen = draft?.customerId ?? matches[0]?.customerId ?? null;
  const choose = (customerId: string): void => {
    // A case of somebody else cannot stay linked.
    changeDraft(callId, customerId === draft?.customerId ? { customerId } : { customerId, caseId: null });
    setSearching(false);
  };
  if (!can('customer.read')) return null;

  return (
    <Card withBorder padding="md" component="section" aria-label={t`Customer`}>
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2} size="h4">
            <Trans>Customer</Trans>
          </Title>
          {chosen !== null && (
            <Button
              size="xs"
              variant="subtle"
              leftSection={<IconUserSearch size={16} aria-hidden />}
              aria-expanded={searching}
              onClick={() => setSearching((shown) => !shown)}
            >
              <Trans>Someone else</Trans>
            </Button>
          )}
        </Group>
        {matches.length > 1 && <MatchChoice matches={matches} chosen={chosen} onChoose={choose} />}
        {matches.length === 0 && chosen === null && (
          <Text size="sm" c="gray.7">
            {number === '' ? (
              <Trans>The call came without a number. Ask for the name and search, or make a new record.</Trans>
            ) : (
              <Trans>No customer has this number. Search by name, or make a new record.</Trans>
            )}
          </Text>
        )}
        {(searching || (chosen === null && matches.length === 0)) && (
          <CustomerFinder number={number} onChoose={choose} />
        )}
        {chosen !== null && <CustomerRecord key={chosen} id={chosen} match={matches.find((match) => match.customerId === chosen) ?? null} />}
      </Stack>
    </Card>
  );
}

interface ChoiceProps {
  matches: readonly CallerMatch[];
  chosen: string | null;
  onChoose: (customerId: string) => void;
}

/** Several customers share the number: the likeliest first, with what tells them apart. */
function MatchChoice({ matches, chosen, onChoose }: ChoiceProps) {
  return (
    <Radio.Group
      label={<Plural value={matches.length} one="# customer has this number" other="# customers have this number" />}
      value={chosen}
      onChange={onChoose}
    >
      <Stack gap="xs" mt={6}>
        {matches.map((match) => (
          <Radio key={match.customerId} value={match.customerId} label={<MatchLabel match={match} />} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function MatchLabel({ match }: { match: CallerMatch }) {
  return (
    <Group gap="xs" justify="flex-start">
      <Text span size="sm" fw={600}>
        {match.name}
      </Text>
      {match.company !== '' && (
        <Text span size="sm" c="gray.7">
          {match.company}
        </Text>
      )}
      {match.openCases.length > 0 && (
        <ToneBadge tone="warn">
          <Plural value={match.openCases.length} one="# open case" other="# open cases" />
        </ToneBadge>
      )}
    </Group>
  );
}
