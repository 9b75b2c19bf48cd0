import { ActionIcon, Alert, Box, Group, Kbd, SegmentedControl, Slider, Stack, Text, Tooltip } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconHeadset, IconPlayerPauseFilled, IconPlayerPlayFilled, IconRewindBackward5, IconRewindForward5, IconUser, type TablerIcon } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useState, useSyncExternalStore } from 'react';
import { recordingAudio, type RecordingComment, type RecordingGap } from '../../../../shared/api/recordings.ts';
import { urlOf } from '../../lib/api.ts';
import type { PlayerLink } from '../../records/player-link.ts';
import { secondsText } from '../../records/times.ts';
import { GapList, GapMarks } from './gaps-view.tsx';
import { RecordingComments } from './recording-comments.tsx';
import { type DeckState, RecordingDeck } from './recording-deck.ts';
import { type Peaks, playerKey, type Side, SPEEDS, talkShare } from './waveform.ts';
import { Waveform } from './waveform-view.tsx';

interface Props {
  recordingId: string;
  durationMs: number;
  peaks: Peaks;
  gaps: readonly RecordingGap[];
  comments: readonly RecordingComment[];
  /** Why it is heard, where that must be said. */
  reason: string | null;
  /** For what stands beside the player. */
  link?: PlayerLink | undefined;
}

/** Plays a recording: both sides drawn apart, seek, speed, a volume for each side, everything by keyboard. */
export function RecordingPlayer({ recordingId, durationMs, peaks, gaps, comments, reason, link }: Props) {
  const { t } = useLingui();
  const [deck] = useState(() => new RecordingDeck(urlOf(recordingAudio.path, { id: recordingId }, { reason }), durationMs / 1000));
  const state = useSyncExternalStore(deck.subscribe, deck.snapshot);
  useEffect(() => link?.attach({ position: () => deck.snapshot().position, seek: (seconds) => deck.seek(seconds) }), [deck, link]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = playerKey(event, state);
    if (action.type === 'none') return;
    event.preventDefault();
    if (action.type === 'toggle') deck.toggle();
    if (action.type === 'seekTo') deck.seek(action.seconds);
    if (action.type === 'speed') deck.setSpeed(action.speed);
  };
  return (
    <Stack gap="sm">
      {state.phase === 'failed' && (
        <Alert color="red" role="alert" icon={<IconAlertTriangle aria-hidden />} title={<Trans>The recording could not be played</Trans>}>
          <Trans>Press play to try again. If it fails again, the sound is missing or you may not hear it.</Trans>
        </Alert>
      )}
      <Box
        role="slider"
        tabIndex={0}
        aria-label={t`Position in the recording`}
        aria-valuemin={0}
        aria-valuemax={Math.round(state.duration)}
        aria-valuenow={Math.round(state.position)}
        aria-valuetext={t`${secondsText(state.position)} of ${secondsText(state.duration)}`}
        onKeyDown={onKeyDown}
      >
        <Group gap="xs" wrap="nowrap" align="stretch">
          <Stack gap={0} justify="space-around" miw={84} aria-hidden>
            <SideLabel icon={IconUser} label={t`Customer`} />
            <SideLabel icon={IconHeadset} label={t`Agent`} />
          </Stack>
          <Box flex={1} miw={0}>
            <Box pos="relative">
              <Waveform peaks={peaks} position={state.position} duration={state.duration} onSeek={(seconds) => deck.seek(seconds)} />
              <GapMarks gaps={gaps} duration={state.duration} />
            </Box>
          </Box>
        </Group>
      </Box>
      <GapList gaps={gaps} onSeek={(seconds) => deck.seek(seconds)} />
      <Controls deck={deck} state={state} />
      <Legend peaks={peaks} />
      <RecordingComments recordingId={recordingId} comments={comments} position={state.position} onSeek={(seconds) => deck.seek(seconds)} />
    </Stack>
  );
}

function SideLabel({ icon: Icon, label }: { icon: TablerIcon; label: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Icon size={16} />
      <Text size="xs" style={{ whiteSpace: 'nowrap' }}>
        {label}
      </Text>
    </Group>
  );
}

function Controls({ deck, state }: { deck: RecordingDeck; state: DeckState }) {
  const { t } = useLingui();
  const playing = state.phase === 'playing' || state.phase === 'loading';
  const speeds = SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }));
  return (
    <Group gap="md">
      <Group gap={4} wrap="nowrap">
        <ActionIcon variant="subtle" size="lg" aria-label={t`5 seconds back`} onClick={() => deck.seek(state.position - 5)}>
          <IconRewindBackward5 size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="filled"
          radius="xl"
          size="xl"
          loading={state.phase === 'loading'}
          aria-label={playing ? t`Pause` : t`Play`}
          onClick={() => deck.toggle()}
        >
          {playing ? <IconPlayerPauseFilled size={22} aria-hidden /> : <IconPlayerPlayFilled size={22} aria-hidden />}
        </ActionIcon>
        <ActionIcon variant="subtle" size="lg" aria-label={t`5 seconds forward`} onClick={() => deck.seek(state.position + 5)}>
          <IconRewindForward5 size={20} aria-hidden />
        </ActionIcon>
        <Text size="sm" ff="monospace" style={{ whiteSpace: 'nowrap' }}>
          {secondsText(state.position)} / {secondsText(state.duration)}
        </Text>
      </Group>
      <SegmentedControl
        size="xs"
        aria-label={t`Speed`}
        data={speeds}
        value={String(state.speed)}
        onChange={(speed) => deck.setSpeed(Number(speed))}
      />
      <Volume side="customer" icon={IconUser} label={t`Volume of the customer`} deck={deck} state={state} />
      <Volume side="agent" icon={IconHeadset} label={t`Volume of the agent`} deck={deck} state={state} />
    </Group>
  );
}

function Volume({ side, icon: Icon, label, deck, state }: { side: Side; icon: TablerIcon; label: string; deck: RecordingDeck; state: DeckState }) {
  return (
    <Tooltip label={label}>
      <Group gap={6} wrap="nowrap" w={130}>
        <Icon size={18} aria-hidden />
        <Slider
          flex={1}
          size="sm"
          thumbLabel={label}
          min={0}
          max={100}
          step={5}
          label={(value) => `${value}%`}
          value={Math.round(state.volumes[side] * 100)}
          onChange={(value) => deck.setVolume(side, value / 100)}
        />
      </Group>
    </Tooltip>
  );
}

function Legend({ peaks }: { peaks: Peaks }) {
  const share = talkShare(peaks);
  return (
    <Group gap="md" justify="space-between">
      <Text size="xs" c="dimmed">
        <Trans>
          Customer spoke {share.customer}%, agent {share.agent}%, silence {share.silence}%
        </Trans>
      </Text>
      <Group gap={6} visibleFrom="sm">
        <Text size="xs" c="dimmed" component="span">
          <Kbd size="xs">Space</Kbd> <Trans>play</Trans> <Kbd size="xs">←</Kbd> <Kbd size="xs">→</Kbd> <Trans>5 s</Trans> <Kbd size="xs">[</Kbd>{' '}
          <Kbd size="xs">]</Kbd> <Trans>speed</Trans>
        </Text>
      </Group>
    </Group>
  );
}
