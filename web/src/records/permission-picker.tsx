import { Checkbox, Fieldset, SimpleGrid, Stack } from '@mantine/core';
import { PERMISSIONS, type Permission } from '../../../shared/permissions.ts';
import { useSession } from '../lib/session.ts';
import { usePermissionGroups, usePermissionText } from './permission-text.ts';

interface Props {
  value: readonly Permission[];
  onChange: (permissions: Permission[]) => void;
}

/** Chooses permissions; those that one does not hold cannot be given. */
export function PermissionPicker({ value, onChange }: Props) {
  const { can } = useSession();
  const groups = usePermissionGroups();
  const texts = usePermissionText();
  const set = (permission: Permission, on: boolean) => onChange(PERMISSIONS.filter((each) => (each === permission ? on : value.includes(each))));
  return (
    <Stack gap="sm">
      {groups.map(({ id, title, permissions }) => (
        <Fieldset key={id} legend={title} py="xs">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
            {permissions.map((permission) => (
              <Checkbox
                key={permission}
                label={texts[permission].label}
                description={texts[permission].detail}
                checked={value.includes(permission)}
                disabled={!can(permission)}
                onChange={(event) => set(permission, event.currentTarget.checked)}
              />
            ))}
          </SimpleGrid>
        </Fieldset>
      ))}
    </Stack>
  );
}
