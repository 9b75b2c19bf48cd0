import { Button, Group, Text } from '@mantine/core';
import { Plural, Trans } from '@lingui/react/macro';
import { IconPlayerPause, IconWifiOff } from '@tabler/icons-react';
import type { RecordingGap } from '../../../../shared/api/recordings.ts';
import { secondsText } from '../../records/times.ts';
import { markOf, namedGaps } from './gaps.ts';
import classes from './gaps.module.css';

/** Stripes over the drawing where there is no sound; the list says the same in words. */
export function GapMarks({ gaps, duration }: { gaps: readonly RecordingGap[]; duration: number }) {
  return (
    <div className={classes.marks} aria-hidden>
      {gaps.map((gap) => {
        const mark = markOf(gap, duration);
        if (!mark) return null;
        const place = { left: `${mark.left}%`, width: `${mark.width}%`, top: `${mark.top}%`, height: `${mark.height}%` };
        return <div key={`${gap.kind} ${gap.channel} ${gap.fromMs}`} className={`${classes.mark} ${gap.kind === 'pause' ? classes.pause : classes.loss}`} style={place} />;
      })}
    </div>
  );
}

/** The gaps in words; each leads to its place. */
export function GapList({ gaps, onSeek }: { gaps: readonly RecordingGap[]; onSeek: (seconds: number) => void }) {
  if (gaps.length === 0) return null;
  const { named, rest } = namedGaps(gaps);
  return (
    <Group gap={6}>
      {named.map((gap) => (
        <Button
          key={`${gap.kind} ${gap.channel} ${gap.fromMs}`}
          size="compact-xs"
          variant="default"
          leftSection={gap.kind === 'pause' ? <IconPlayerPause size={14} aria-hidden /> : <IconWifiOff size={14} aria-hidden />}
          onClick={() => onSeek(gap.fromMs / 1000)}
        >
          <GapText gap={gap} />
        </Button>
      ))}
      {rest > 0 && (
        <Text size="xs" c="dimmed">
          <Plural value={rest} one="# short loss of sound" other="# short losses of sound" />
        </Text>
      )}
    </Group>
  );
}

function GapText({ gap: { kind, channel, fromMs, toMs } }: { gap: RecordingGap }) {
  const span = `${secondsText(fromMs / 1000)}–${secondsText(toMs / 1000)}`;
  if (kind === 'pause') return <Trans>Recording paused {span}</Trans>;
  if (channel === 'left') return <Trans>No sound of the customer {span}</Trans>;
  if (channel === 'right') return <Trans>No sound of the agent {span}</Trans>;
  return <Trans>No sound {span}</Trans>;
}
