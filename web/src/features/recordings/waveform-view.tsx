import { Box } from '@mantine/core';
import { useEffect, useEffectEvent, useRef } from 'react';
import WaveSurfer from 'wavesurfer.js';
import { cspNonce } from '../../lib/csp-nonce.ts';
import { drawnPeaks, type Peaks } from './waveform.ts';

interface Props {
  peaks: Peaks;
  position: number;
  duration: number;
  onSeek: (seconds: number) => void;
}

const CUSTOMER = { waveColor: '#7aa7d9', progressColor: '#1c5fa8' };
const AGENT = { waveColor: '#e0b072', progressColor: '#9a5a00' };

/** Both sides of a call from stored peaks. It only draws and tells where somebody clicked; the deck owns the sound. */
export function Waveform({ peaks, position, duration, onSeek }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<WaveSurfer | null>(null);
  const seek = useEffectEvent(onSeek);

  useEffect(() => {
    if (!box.current) return;
    const surfer = WaveSurfer.create({
      container: box.current,
      peaks: drawnPeaks(peaks),
      duration: Math.max(duration, 0.1),
      height: 56,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorWidth: 2,
      normalize: false,
      maxPeak: 1,
      dragToSeek: true,
      splitChannels: [CUSTOMER, AGENT],
      cspNonce,
    });
    surfer.on('interaction', (seconds) => seek(seconds));
    drawn.current = surfer;
    return () => {
      drawn.current = null;
      surfer.destroy();
    };
  }, [peaks, duration]);

  useEffect(() => {
    drawn.current?.setTime(position);
  }, [position]);

  return <Box ref={box} />;
}
