import { Card, DataList, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type CallDetail, getCall } from '../../../../shared/api/calls.ts';
import { call } from '../../lib/api.ts';
import { formatPhone } from '../../lib/format.ts';
import { BackLink, CustomerLink } from '../../records/links.tsx';
import { CallbackButton } from '../../records/callback-form.tsx';
import { otherNumber } from '../../records/other-number.ts';
import { RecordPage } from '../../records/record-page.tsx';
import { CallNumber } from '../../softphone/call-number.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { durationText, exactTimeText } from '../../records/times.ts';
import { useOne } from '../../records/use-one.ts';
import { CallQuality } from './call-quality.tsx';
import { CallSteps } from './call-steps.tsx';
import { CallWrapUp } from './call-wrap-up.tsx';
import { useCallerText } from '../../records/caller-text.tsx';
import { OutcomeBadge } from '../../records/outcome-badge.tsx';
import { RoutingReasons } from './routing-reasons.tsx';

interface Props {
  /** The recordings of the call; another feature's, put here by the route. */
  recordings: (recordings: CallDetail['recordings']) => ReactNode;
  /** Its evaluations; another feature's too. */
  evaluations: (call: CallDetail) => ReactNode;
  /** Its SIP messages; another feature's too. */
  ladder: (call: CallDetail) => ReactNode;
}

/** One call: what happened, why this agent, how it sounded, what came of it. */
export function CallPage({ recordings, evaluations, ladder }: Props) {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useOne([getCall.id, id], (signal) => call(getCall, { params: { id } }, signal), (item) => item.outcome === null);
  const back = (
    <BackLink to="/calls">
      <Trans>Call history</Trans>
    </BackLink>
  );
  return (
    <RecordPage query={query} title={<Trans>Call</Trans>} back={back}>
      {(item) => <CallView item={item} back={back} recordings={recordings(item.recordings)} evaluations={evaluations(item)} ladder={ladder(item)} />}
    </RecordPage>
  );
}

function CallView({ item, back, recordings, evaluations, ladder }: { item: CallDetail; back: ReactNode; recordings: ReactNode; evaluations: ReactNode; ladder: ReactNode }) {
  const { i18n } = useLingui();
  const callerText = useCallerText();
  return (
    <Stack gap="md">
      <PageHead
        back={back}
        title={
          <Group gap="sm" component="span">
            {callerText(item)}
            <OutcomeBadge outcome={item.outcome} />
          </Group>
        }
        hint={exactTimeText(item.startedAt, i18n.locale)}
      />
      {recordings}
      {evaluations}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <CallFacts item={item} />
            <CallQuality legs={item.quality} isOver={item.outcome !== null} />
            <CallWrapUp item={item} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            <RoutingReasons decisions={item.decisions} />
            <CallSteps events={item.events} decisions={item.decisions} />
          </Stack>
        </Grid.Col>
      </Grid>
      {ladder}
      <RecordMeta record={item} />
    </Stack>
  );
}

function CallFacts({ item }: { item: CallDetail }) {
  const { t } = useLingui();
  const endedBy = { caller: t`Caller`, agent: t`Agent`, system: t`System` };
  const number = otherNumber(item);
  const direction = item.direction === 'outbound' ? t`Outbound call` : t`Inbound call`;
  const rows: { label: string; value: ReactNode }[] = [
    { label: t`Kind`, value: item.channel === 'web' ? `${direction} (${t`Web call`})` : direction },
    ...(number === '' ? [] : [{ label: t`Call back`, value: <CallAgain item={item} number={number} /> }]),
    { label: t`Dialled number`, value: formatPhone(item.dialledNumber) },
    { label: t`Customer`, value: item.customerId === null ? '–' : <CustomerLink id={item.customerId}>{item.customerName}</CustomerLink> },
    { label: t`Queue`, value: item.queueName || '–' },
    { label: t`Agent`, value: item.agentName || '–' },
    { label: t`Waited`, value: durationText(item.queueMs) },
    { label: t`Rang`, value: durationText(item.ringMs) },
    { label: t`Talked`, value: durationText(item.talkMs) },
    { label: t`Hold time`, value: durationText(item.holdMs) },
    ...(item.asideMs > 0 ? [{ label: t`Held for another call`, value: durationText(item.asideMs) }] : []),
    { label: t`Wrap-up time`, value: durationText(item.wrapUpMs) },
    { label: t`Ended by`, value: item.endedBy === null ? '–' : endedBy[item.endedBy] },
  ];
  return (
    <Card withBorder padding="md">
      <Title order={2} size="h4" mb="sm">
        <Trans>Details</Trans>
      </Title>
      <DataList labelWidth={130}>
        {rows.map((row) => (
          <DataList.Item key={row.label}>
            <DataList.ItemLabel>{row.label}</DataList.ItemLabel>
            <DataList.ItemValue>
              <Text size="sm" component="span">
                {row.value}
              </Text>
            </DataList.ItemValue>
          </DataList.Item>
        ))}
      </DataList>
    </Card>
  );
}

/** At once, or promised for a time. */
function CallAgain({ item, number }: { item: CallDetail; number: string }) {
  return (
    <Group gap={6}>
      <CallNumber number={number} />
      <CallbackButton compact about={{ number, name: item.customerName || item.callerName, queueId: item.queueId, customerId: item.customerId }} />
    </Group>
  );
}
