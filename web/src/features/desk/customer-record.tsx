import { Anchor, Button, Divider, Group, List, Stack, Text, Timeline, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconExternalLink, IconNote, IconPhone, IconPhoneIncoming, IconPhoneOutgoing, IconMessage2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { TimelineEntry } from '../../../../shared/api/customers.ts';
import type { CallerMatch } from '../../../../shared/events.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { formatDateTime, formatDuration, formatPhone } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { useWrapUpCodes } from '../../records/wrap-up-codes.ts';
import { CautionNote } from './caution-note.tsx';
import { useCustomerCases } from './api/use-customer-cases.ts';
import { useCustomer } from './api/use-customer.ts';
import { useTimeline } from './api/use-timeline.ts';
import classes from './desk.module.css';
import { useCommand } from '../../softphone/use-command.ts';

interface Props {
  id: string;
  /** What came with the call: shown at once, while the record itself is on its way. */
  match: CallerMatch | null;
}

/** The record at a glance: who, how to reach them, what is open, what happened lately. */
export function CustomerRecord({ id, match }: Props) {
  const { can } = useSession();
  const customer = useCustomer(id);
  const data = customer.data;
  const name = data ? `${data.familyName} ${data.givenName}`.trim() : (match?.name ?? '');
  const kana = data ? `${data.familyNameKana} ${data.givenNameKana}`.trim() : (match?.nameKana ?? '');
  const company = data?.companyName ?? match?.company ?? '';

  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text size="xs" c="gray.7">
            {kana}
          </Text>
          <Title order={3} size="h3" className={classes.breakable}>
            {name}
          </Title>
          {company !== '' && <Text className={classes.breakable}>{company}</Text>}
        </div>
        <Button
          size="xs"
          variant="default"
          rightSection={<IconExternalLink size={14} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/customers/$id" params={{ id }} />}
        >
          <Trans>Open the record</Trans>
        </Button>
      </Group>
      {match !== null && <CautionNote matches={[match]} />}
      {customer.isError && <ErrorState error={customer.error} onRetry={() => void customer.refetch()} />}
      {data && (
        <>
          {data.labels.length > 0 && (
            <Group gap={6}>
              {data.labels.map((label) => (
                <ToneBadge key={label} tone="info">
                  {label}
                </ToneBadge>
              ))}
            </Group>
          )}
          <Group gap="sm">
            {data.phones.map((phone) => (
              <PhoneButton key={phone} phone={phone} />
            ))}
          </Group>
          {data.note !== '' && (
            <Text size="sm" className={classes.text}>
              {data.note}
            </Text>
          )}
        </>
      )}
      {can('case.read') && <OpenCases customerId={id} match={match} />}
      <Divider />
      <RecentTimeline customerId={id} />
    </Stack>
  );
}

/** A number of the customer; pressing it calls. */
function PhoneButton({ phone }: { phone: string }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { agent, desk } = useSoftphone();
  const free = desk === 'open' && agent?.work === 'idle';
  const shown = formatPhone(phone);
  if (!free) return <Text size="sm">{shown}</Text>;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPhone size={14} aria-hidden />}
      disabled={busy}
      aria-label={t`Call ${shown}`}
      onClick={() => void run(() => softphone.dial(phone))}
    >
      {shown}
    </Button>
  );
}

function OpenCases({ customerId, match }: { customerId: string; match: CallerMatch | null }) {
  const cases = useCustomerCases(customerId);
  const items = cases.data?.map((item) => ({ id: item.id, number: item.number, subject: item.subject, priority: item.priority as string }))
    ?? match?.openCases.map((item) => ({ id: item.caseId, number: item.number, subject: item.subject, priority: item.priority }));
  return (
    <Stack gap={4}>
      <Title order={4} size="h6">
        <Trans>Open cases</Trans>
      </Title>
      {items === undefined && !cases.isError && <LoadingRows rows={2} />}
      {cases.isError && items === undefined && <ErrorState error={cases.error} onRetry={() => void cases.refetch()} />}
      {items?.length === 0 && (
        <Text size="sm" c="gray.7">
          <Trans>None</Trans>
        </Text>
      )}
      <List size="sm" spacing={4} listStyleType="none">
        {items?.map((item) => (
          <List.Item key={item.id}>
            <Group gap="xs" wrap="nowrap">
              <Text span size="sm" c="gray.7" className="scc-digits">
                #{item.number}
              </Text>
              <Anchor size="sm" className={classes.breakable} renderRoot={(props) => <Link {...props} to="/customers/$id" params={{ id: customerId }} />}>
                {item.subject}
              </Anchor>
              {item.priority === 'high' && (
                <ToneBadge tone="bad">
                  <Trans>High priority</Trans>
                </ToneBadge>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

function RecentTimeline({ customerId }: { customerId: string }) {
  const timeline = useTimeline(customerId);
  return (
    <Stack gap="xs">
      <Title order={4} size="h6">
        <Trans>Lately</Trans>
      </Title>
      {timeline.isPending && <LoadingRows rows={3} />}
      {timeline.isError && <ErrorState error={timeline.error} onRetry={() => void timeline.refetch()} />}
      {timeline.data?.items.length === 0 && <EmptyState title={<Trans>First contact</Trans>} hint={<Trans>Calls and notes appear here.</Trans>} />}
      <Timeline bulletSize={24} lineWidth={2}>
        {timeline.data?.items.map((entry) => (
          <Timeline.Item key={entry.id} bullet={<EntryIcon entry={entry} />} title={<EntryTitle entry={entry} />}>
            <Text size="sm" className={classes.text} lineClamp={4}>
              {entry.call?.note || entry.text}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}

function EntryIcon({ entry }: { entry: TimelineEntry }) {
  if (entry.kind === 'note') return <IconNote size={14} aria-hidden />;
  if (entry.kind === 'voicemail') return <IconMessage2 size={14} aria-hidden />;
  return entry.call?.direction === 'outbound' ? <IconPhoneOutgoing size={14} aria-hidden /> : <IconPhoneIncoming size={14} aria-hidden />;
}

function EntryTitle({ entry }: { entry: TimelineEntry }) {
  const { i18n, t } = useLingui();
  const kind = { call: entry.call?.direction === 'outbound' ? t`Outbound call` : t`Inbound call`, note: t`Note`, voicemail: t`Voicemail` }[entry.kind];
  const codes = useWrapUpCodes();
  const talk = entry.call?.talkMs ?? null;
  return (
    <Text size="sm" fw={600}>
      {[
        formatDateTime(entry.occurredAt, i18n.locale),
        kind,
        codes.text(entry.call?.wrapUpLabel ?? ''),
        talk === null ? '' : formatDuration(talk),
        entry.author,
      ]
        .filter((part) => part !== '')
        .join(' · ')}
    </Text>
  );
}
