import { Button, Collapse, NativeSelect, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useId } from 'react';
import type { SoundDevice } from '../../softphone/sound-devices.ts';
import { softphone, useSoftphone, useSoundDevices } from '../../softphone/use-softphone.ts';

/** Which microphone and which speaker the desk uses; folded away, because it is set once. */
export function SoundSettings() {
  const { t } = useLingui();
  const { sound } = useSoftphone();
  const devices = useSoundDevices();
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        px={0}
        onClick={toggle}
        aria-expanded={open}
        aria-controls={id}
        rightSection={open ? <IconChevronUp size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}
      >
        <Trans>Choose microphone and speaker</Trans>
      </Button>
      <Collapse expanded={open} id={id}>
        {devices === null ? (
          <Text size="sm" c="dimmed">
            <Trans>The devices are shown once this page may use the microphone.</Trans>
          </Text>
        ) : (
          <Stack gap="xs" pt={4}>
            <DeviceSelect
              label={t`Microphone`}
              devices={devices.microphones}
              value={sound.microphone}
              onChange={(microphone) => void softphone.chooseSound({ ...sound, microphone })}
            />
            {/* Browsers that cannot choose a speaker list none. */}
            {devices.speakers.length > 0 && (
              <DeviceSelect
                label={t`Speaker`}
                devices={devices.speakers}
                value={sound.speaker}
                onChange={(speaker) => void softphone.chooseSound({ ...sound, speaker })}
              />
            )}
          </Stack>
        )}
      </Collapse>
    </div>
  );
}

interface DeviceSelectProps {
  label: string;
  devices: readonly SoundDevice[];
  value: string | null;
  onChange: (id: string | null) => void;
}

function DeviceSelect({ label, devices, value, onChange }: DeviceSelectProps) {
  const { t } = useLingui();
  const data = [{ value: '', label: t`As set on this computer` }, ...devices.map((device) => ({ value: device.id, label: device.label }))];
  const unplugged = value !== null && !devices.some((device) => device.id === value);
  if (unplugged) data.push({ value, label: t`The device chosen earlier (not connected)` });
  return (
    <NativeSelect
      size="xs"
      label={label}
      data={data}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
    />
  );
}
