import { Button, Group, Paper, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhoneCall, IconPhoneIncoming } from '@tabler/icons-react';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { formatDuration, formatPhone } from '../lib/format.ts';
import { Ringer } from '../softphone/ringer.ts';
import { roleOf } from '../softphone/state.ts';
import { SuperviseBar } from '../softphone/supervise-bar.tsx';
import { softphone, useServerNow, useSoftphone } from '../softphone/use-softphone.ts';
import classes from './live-call-notice.module.css';

/** Rings wherever the agent is, and leads back to the desk from every other page. */
export function LiveCallNotice() {
  const { t } = useLingui();
  const [ringer] = useState(() => new Ringer());
  const snapshot = useSoftphone();
  const { offer, call, agent, sound } = snapshot;
  const onDesk = useLocation({ select: (location) => location.pathname === '/desk' });
  const available = agent?.presence === 'available';
  const offerId = offer?.offerId;
  const isTalking = call !== null;
  const title = t`Incoming call`;
  const body = offer ? offer.matches[0]?.name || formatPhone(offer.call.callerNumber) || offer.call.queueName : '';

  useEffect(() => {
    if (available) ringer.askPermission();
  }, [available, ringer]);
  useEffect(() => {
    if (offerId === undefined) return undefined;
    if (isTalking) ringer.startWaiting(title, body, sound.speaker);
    else ringer.start(title, body);
    return () => ringer.stop();
    // A change of language during the ring is no new ring.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [offerId, isTalking, ringer]);

  if (call && roleOf(snapshot) === 'supervisor') return <SuperviseBar call={call} />;
  if (onDesk || (!offer && !call)) return null;
  return <Bar ringing={offer !== null} text={body || formatPhone(call?.view.callerNumber ?? '')} since={call?.view.answeredAt ?? null} />;
}

function Bar({ ringing, text, since }: { ringing: boolean; text: string; since: string | null }) {
  const navigate = useNavigate();
  const now = useServerNow();
  const toDesk = (): void => void navigate({ to: '/desk' });
  const answer = (): void => {
    softphone.accept().catch(() => undefined);
    toDesk();
  };
  return (
    <Paper className={classes.bar} shadow="lg" role="status">
      <Group gap="sm" wrap="nowrap">
        {ringing ? <IconPhoneIncoming aria-hidden /> : <IconPhoneCall aria-hidden />}
        <div className={classes.text}>
          <Text size="sm" fw={700}>
            {ringing ? <Trans>Incoming call</Trans> : <Trans>Call in progress</Trans>}{' '}
            {since !== null && <span className="scc-digits">{formatDuration(now - Date.parse(since))}</span>}
          </Text>
          <Text size="sm" truncate>
            {text}
          </Text>
        </div>
        {ringing && (
          <Button color="teal" onClick={answer}>
            <Trans>Answer</Trans>
          </Button>
        )}
        <Button variant="default" onClick={toDesk}>
          <Trans>To the desk</Trans>
        </Button>
      </Group>
    </Paper>
  );
}
