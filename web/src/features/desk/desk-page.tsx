import { ActionIcon, Card, Group, Stack, Text, ThemeIcon, Title, Tooltip } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHeadset, IconKeyboard } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { roleOf } from '../../softphone/state.ts';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { CallBar } from './call-bar.tsx';
import classes from './desk.module.css';
import { DeskBanners, TakeOverDialog } from './desk-banners.tsx';
import { DialPad } from './dial-pad.tsx';
import { healthOf } from './health.ts';
import { HealthPanel } from './health-panel.tsx';
import { HelpPanel } from './help-panel.tsx';
import { handOf, noteOf } from './help-note.ts';
import { CustomerPanel, KnowledgePanel, ScriptPanel, ShortcutsHelp, useLaterParts, WrapUpPanel } from './later.tsx';
import { OtherCalls } from './other-calls.tsx';
import { OwnCallbacks } from './own-callbacks.tsx';
import { OfferCard } from './offer-card.tsx';
import { PickUp } from './pick-up.tsx';
import { PartyBar } from './party-bar.tsx';
import type { DeskAction } from './shortcuts.ts';
import { StatusControl } from './status-control.tsx';
import { UndoBar } from './undo-bar.tsx';
import { useCommand } from '../../softphone/use-command.ts';
import { useDeskNotices } from './use-desk-notices.ts';
import { useFocusCall } from './use-focus-call.ts';
import { useShortcuts, useShortcutsEnabled } from './use-shortcuts.ts';
import { useUnreachedNotice } from './use-unreached-notice.ts';

/** The agent's place of work: status, health, the call and the record of who calls. */
export default function DeskPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const snapshot = useSoftphone();
  const { agent, offer, call } = snapshot;
  const role = roleOf(snapshot);
  const [helpOpen, setHelpOpen] = useState(false);
  const [keypadOpen, setKeypadOpen] = useState(false);
  const noteRef = useRef<HTMLTextAreaElement | null>(null);
  const searchRef = useRef<HTMLInputElement | null>(null);
  const focus = useFocusCall();
  useEffect(() => softphone.start(), []);
  useUnreachedNotice();
  useDeskNotices();
  useLaterParts();
  useDeskShortcuts({ onHelp: () => setHelpOpen(true), onKeypad: () => setKeypadOpen((open) => !open), noteRef, searchRef });

  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h2">
          <Trans>Desk</Trans>
        </Title>
        <Tooltip label={t`Keyboard shortcuts (?)`}>
          <ActionIcon variant="subtle" size="lg" color="gray.7" aria-label={t`Keyboard shortcuts`} onClick={() => setHelpOpen(true)}>
            <IconKeyboard aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
      <DeskBanners />
      <div className={focus.callId === null ? classes.layout : `${classes.layout} ${classes.busy}`}>
        <div className={classes.side}>
          <StatusControl agent={agent} />
          <HelpPanel />
          <OwnCallbacks />
          <HealthPanel />
          <DialPad />
          <PickUp />
        </div>
        <div className={classes.work}>
          {offer && <OfferCard offer={offer} />}
          {call && role === 'party' && <PartyBar call={call} />}
          {call && role === 'agent' && <CallBar call={call} keypadOpen={keypadOpen} onKeypad={() => setKeypadOpen((open) => !open)} />}
          {snapshot.others.length > 0 && <OtherCalls calls={snapshot.others} />}
          {focus.callId === null ? (
            focus.unsaved.length === 0 && <Quiet available={agent?.presence === 'available'} healthy={healthOf(snapshot).every((part) => part.level !== 'problem')} />
          ) : (
            <div className={classes.record}>
              <CustomerPanel key={`customer ${focus.callId}`} callId={focus.callId} view={focus.view} matches={focus.matches} />
              <div className={classes.notes}>
                {focus.noteable && <ScriptPanel key={`script ${focus.callId}`} callId={focus.callId} />}
                {focus.noteable && <WrapUpPanel key={`note ${focus.callId}`} callId={focus.callId} ended={focus.ended} noteRef={noteRef} likely={focus.matches[0]?.customerId ?? null} />}
                <KnowledgePanel key={`knowledge ${focus.callId}`} callId={focus.callId} searchRef={searchRef} />
              </div>
            </div>
          )}
          <UndoBar />
          {focus.unsaved.map((callId) => (
            <WrapUpPanel key={callId} callId={callId} ended />
          ))}
        </div>
      </div>
      {helpOpen && <ShortcutsHelp onClose={() => setHelpOpen(false)} />}
      <TakeOverDialog onLeave={() => void navigate({ to: '/' })} />
    </Stack>
  );
}

/** Nothing to do: says why. */
function Quiet({ available, healthy }: { available: boolean; healthy: boolean }) {
  const ready = available && healthy;
  return (
    <Card withBorder padding="xl">
      <Stack align="center" gap="xs" py="xl">
        <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
          <IconHeadset size={30} />
        </ThemeIcon>
        <Text fw={600} size="lg">
          {ready ? <Trans>Waiting for the next call</Trans> : <Trans>You get no calls at the moment</Trans>}
        </Text>
        <Text c="gray.7" size="sm" ta="center">
          {ready && <Trans>It rings here, with the caller's record, even while you read another page.</Trans>}
          {!available && <Trans>Choose “Available” to be offered calls.</Trans>}
          {available && !healthy && <Trans>Solve the problem shown under your status first.</Trans>}
        </Text>
      </Stack>
    </Card>
  );
}

interface ShortcutTargets {
  onHelp: () => void;
  onKeypad: () => void;
  noteRef: { current: HTMLTextAreaElement | null };
  searchRef: { current: HTMLInputElement | null };
}

function useDeskShortcuts({ onHelp, onKeypad, noteRef, searchRef }: ShortcutTargets): void {
  const [enabled] = useShortcutsEnabled();
  const { run } = useCommand();
  const snapshot = useSoftphone();
  const { offer, call, others, muted } = snapshot;
  const waiting = others[0]?.view.callId;
  const isOwn = roleOf(snapshot) === 'agent';
  const connected = isOwn && (call?.view.phase === 'talking' || call?.view.phase === 'held');
  const possible: Record<DeskAction, false | (() => unknown)> = {
    help: onHelp,
    accept: offer !== null && (() => run(() => softphone.accept())),
    decline: offer !== null && (() => run(() => softphone.decline())),
    hold: connected && (() => run(() => (call?.view.phase === 'held' ? softphone.resume() : softphone.hold()))),
    mute: connected && (() => softphone.setMuted(!muted)),
    hangUp: isOwn && (() => run(() => softphone.hangUp())),
    swap: waiting !== undefined && (() => run(() => softphone.switchTo(waiting))),
    keypad: connected && onKeypad,
    note: () => noteRef.current?.focus(),
    search: () => searchRef.current?.focus(),
    available: () => run(() => softphone.setPresence('available')),
    break: () => run(() => softphone.setPresence('break')),
    hand: snapshot.desk === 'open' && (() => run(() => (handOf(snapshot) ? softphone.lowerHand() : softphone.raiseHand(noteOf(snapshot))))),
    sos: isOwn && (() => run(() => softphone.sos(noteOf(snapshot)))),
  };
  useShortcuts(enabled, (action) => {
    const act = possible[action];
    if (act === false) return false;
    act();
    return true;
  });
}
