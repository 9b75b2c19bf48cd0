import { Group, Kbd, Switch, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { FormDialog } from '../../records/form-dialog.tsx';
import { type DeskAction, SHORTCUTS } from './shortcuts.ts';
import { useShortcutsEnabled } from './use-shortcuts.ts';

/** All keys of the desk, and the switch that turns them off. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [enabled, setEnabled] = useShortcutsEnabled();
  const names: Record<DeskAction, string> = {
    accept: t`Answer the incoming call`,
    decline: t`Decline the incoming call`,
    hold: t`Hold or resume`,
    mute: t`Mute or unmute the microphone`,
    hangUp: t`Hang up`,
    swap: t`Switch to the other call`,
    keypad: t`Open or close the keypad`,
    note: t`Write a note`,
    search: t`Search the FAQ`,
    available: t`Become available`,
    break: t`Go on break`,
    hand: t`Raise or lower the hand`,
    sos: t`SOS: abusive caller`,
    help: t`Show this help`,
  };
  return (
    <FormDialog onClose={onClose} title={<Trans>Keyboard shortcuts</Trans>}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {SHORTCUTS.map(({ key, shift, action }) => (
            <Table.Tr key={action}>
              <Table.Td w={110}>
                <Group gap={4}>
                  {shift && key !== '?' && <Kbd>Shift</Kbd>}
                  <Kbd>{key.toUpperCase()}</Kbd>
                </Group>
              </Table.Td>
              <Table.Td>{names[action]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="gray.7" my="sm">
        <Trans>Keys act only while no text field has the focus and no input method is composing.</Trans>
      </Text>
      <Switch checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} label={t`Use keyboard shortcuts`} />
    </FormDialog>
  );
}
