import { TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';

interface Props {
  label: string;
  withAsterisk: boolean;
  error: string | undefined;
  /** What is kept: the last four digits, or nothing. */
  kept: string;
  /** Gets what was typed when the field is left; only here and only then. */
  onLeave: (typed: string) => void;
}

/**
 * A card number. While it has the focus nothing is recorded; afterwards the recording goes on, unless the agent had paused
 * it before. The number is never kept: the field shows its last four digits.
 */
export function CardInput({ label, withAsterisk, error, kept, onLeave }: Props) {
  const { t } = useLingui();
  const { call } = useSoftphone();
  const [typed, setTyped] = useState<string | null>(null);
  /** The pause that this field made, by call. */
  const paused = useRef<string | null>(null);
  const resume = (): void => {
    const callId = paused.current;
    paused.current = null;
    if (callId !== null && softphone.getSnapshot().call?.view.callId === callId) softphone.pauseRecording(false).catch(() => undefined);
  };
  // A field that disappears with the focus in it must not leave the recording paused.
  useEffect(() => () => resume(), []);
  const enter = (): void => {
    setTyped('');
    if (!call?.view.recording || call.view.recordingPaused) return;
    paused.current = call.view.callId;
    softphone.pauseRecording(true).catch(() => {
      paused.current = null;
    });
  };
  const leave = (): void => {
    if (typed !== null && typed !== '') onLeave(typed);
    setTyped(null);
    resume();
  };
  return (
    <TextInput
      label={label}
      withAsterisk={withAsterisk}
      error={error}
      description={typed === null ? t`Only the last four digits are kept` : t`The recording is paused while you are in this field`}
      value={typed ?? kept}
      inputMode="numeric"
      autoComplete="off"
      maxLength={40}
      onFocus={enter}
      onBlur={leave}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
