import { ActionIcon, Group, Menu, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconCopy, IconDotsVertical, IconLock, IconMinus, IconPencil, IconTrash } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { deleteProfile, listProfiles, type Profile } from '../../../../shared/api/profiles.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { usePermissionGroups, usePermissionText } from '../../records/permission-text.ts';
import { RemoveQuestion } from '../../records/remove-question.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useSave } from '../../records/use-save.ts';
import classes from './profile-matrix.module.css';

interface Props {
  profiles: readonly Profile[];
  onEdit: (profile: Profile) => void;
  onCopy: (profile: Profile) => void;
}

/** Permissions in their groups as rows, profiles as columns. */
export function ProfileMatrix({ profiles, onEdit, onCopy }: Props) {
  const groups = usePermissionGroups();
  const texts = usePermissionText();
  const [removing, setRemoving] = useState<Profile | null>(null);
  return (
    <TableFrame minWidth={180 + profiles.length * 160}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes['name'] ?? ''}>
              <Trans>Permission</Trans>
            </Table.Th>
            {profiles.map((profile) => (
              <Table.Th key={profile.id} ta="center" miw={150}>
                <ProfileHead profile={profile} onEdit={() => onEdit(profile)} onCopy={() => onCopy(profile)} onRemove={() => setRemoving(profile)} />
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.map(({ id, title, permissions }) => (
            <Fragment key={id}>
              <Table.Tr bg="gray.0">
                <Table.Th scope="rowgroup" className={classes['name'] ?? ''} bg="gray.0">
                  {title}
                </Table.Th>
                <Table.Td colSpan={profiles.length} />
              </Table.Tr>
              {permissions.map((permission) => (
                <Table.Tr key={permission}>
                  <Table.Th scope="row" fw={400} className={classes['name'] ?? ''}>
                    <Text size="sm">{texts[permission].label}</Text>
                    <Text size="xs" c="dimmed">
                      {texts[permission].detail}
                    </Text>
                  </Table.Th>
                  {profiles.map((profile) => (
                    <Table.Td key={profile.id} ta="center">
                      <Held held={profile.permissions.includes(permission)} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
      {removing && <RemoveProfile profile={removing} onClose={() => setRemoving(null)} />}
    </TableFrame>
  );
}

function Held({ held }: { held: boolean }) {
  return (
    <>
      {held ? <IconCheck size={18} color="var(--mantine-color-teal-8)" aria-hidden /> : <IconMinus size={16} color="var(--mantine-color-gray-5)" aria-hidden />}
      <VisuallyHidden>{held ? <Trans>allowed</Trans> : <Trans>not allowed</Trans>}</VisuallyHidden>
    </>
  );
}

function ProfileHead({ profile, onEdit, onCopy, onRemove }: { profile: Profile; onEdit: () => void; onCopy: () => void; onRemove: () => void }) {
  const { t } = useLingui();
  const { can } = useSession();
  return (
    <Stack gap={2} align="center">
      <Group gap={4} wrap="nowrap" justify="center">
        <Text fw={650} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {profile.name}
        </Text>
        {can('user.manage') && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t`Actions for ${profile.name}`}>
                <IconDotsVertical size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {!profile.preset && (
                <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onEdit}>
                  <Trans>Edit</Trans>
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={onCopy}>
                <Trans>Copy</Trans>
              </Menu.Item>
              {!profile.preset && (
                <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} disabled={profile.userCount > 0} onClick={onRemove}>
                  <Trans>Remove</Trans>
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      {profile.preset && (
        <Tag icon={IconLock}>
          <Trans>Not changeable</Trans>
        </Tag>
      )}
      <Text size="xs" c="dimmed" fw={400}>
        <Plural value={profile.userCount} one="# user" other="# users" />
      </Text>
    </Stack>
  );
}

function RemoveProfile({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const { t } = useLingui();
  const remove = useSave({
    run: () => call(deleteProfile, { params: { id: profile.id } }),
    refresh: [listProfiles.id],
    done: t`Profile removed`,
    onDone: onClose,
  });
  const name = profile.name;
  return (
    <RemoveQuestion title={<Trans>Remove the profile “{name}”?</Trans>} busy={remove.isPending} onRemove={() => remove.mutate(undefined)} onClose={onClose}>
      <Trans>Nobody has it. The audit log keeps what it allowed.</Trans>
    </RemoveQuestion>
  );
}
