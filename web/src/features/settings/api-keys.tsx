import { Alert, Button, Card, Checkbox, Code, Group, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { type ApiKey, createApiKey, listApiKeys, revokeApiKey } from '../../../../shared/api/api-keys.ts';
import { type Permission, PERMISSIONS } from '../../../../shared/permissions.ts';
import { call } from '../../lib/api.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { useActorName } from '../../records/actor-name.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { ActionsHead, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { usePermissionText } from './permission-text.ts';
import { Tag } from '../../records/tag.tsx';

/** Keys for programs that use the API. */
export function ApiKeys() {
  const { t } = useLingui();
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const list = useList([listApiKeys.id], (cursor, signal) => call(listApiKeys, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      {secret !== null && <NewSecret secret={secret} onDone={() => setSecret(null)} />}
      {creating ? (
        <KeyForm
          onClose={() => setCreating(false)}
          onSecret={(next) => {
            setSecret(next);
            setCreating(false);
          }}
        />
      ) : (
        <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
          <Trans>New API key</Trans>
        </Button>
      )}
      <ListState list={list} empty={{ title: t`No API keys`, hint: t`Programs need a key to use the API.` }}>
        {(keys) => <KeyTable keys={keys} />}
      </ListState>
    </Stack>
  );
}

function NewSecret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Alert color="yellow" role="status" icon={<IconKey aria-hidden />} title={<Trans>Copy the key now: it is shown only once</Trans>}>
      <Group gap="sm">
        <Code fz="sm" style={{ overflowWrap: 'anywhere' }}>
          {secret}
        </Code>
        <CopyValue value={secret} />
        <Button size="xs" variant="default" onClick={onDone}>
          <Trans>I have kept it</Trans>
        </Button>
      </Group>
    </Alert>
  );
}

function KeyForm({ onClose, onSecret }: { onClose: () => void; onSecret: (secret: string) => void }) {
  const { t } = useLingui();
  const texts = usePermissionText();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Permission[]>([]);
  const save = useSave({
    run: () => call(createApiKey, { body: { name: name.trim(), permissions: chosen } }),
    refresh: [listApiKeys.id],
    done: t`API key created`,
    onDone: (answer) => onSecret(answer.secret),
  });
  const incomplete = name.trim() === '' || chosen.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete) save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" maw={820}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} description={t`Which program uses it`} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={100} />
          <Checkbox.Group
            label={t`Permissions`}
            description={t`Give as few as the program needs.`}
            value={chosen}
            onChange={(next) => setChosen(PERMISSIONS.filter((permission) => next.includes(permission)))}
          >
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} mt="xs" spacing="xs">
              {PERMISSIONS.map((permission) => (
                <Checkbox key={permission} value={permission} label={texts[permission]} />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={incomplete}>
              <Trans>Create</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function KeyTable({ keys }: { keys: ApiKey[] }) {
  const { i18n, t } = useLingui();
  const texts = usePermissionText();
  const actorName = useActorName();
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <TableFrame minWidth={720}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Name</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Permissions</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Created</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Last used</Trans>
            </Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td>{key.name}</Table.Td>
              <Table.Td>
                <Text size="sm">{key.permissions.map((permission) => texts[permission]).join(', ')}</Text>
              </Table.Td>
              <Table.Td>
                {formatDateTime(key.createdAt, i18n.locale)} {actorName(key.createdBy)}
              </Table.Td>
              <Table.Td>{key.lastUsedAt === null ? t`Never` : formatDateTime(key.lastUsedAt, i18n.locale)}</Table.Td>
              <Table.Td ta="right">
                {key.revokedAt === null ? (
                  <Button size="compact-sm" variant="default" aria-label={t`Revoke ${key.name}`} onClick={() => setRevoking(key)}>
                    <Trans>Revoke</Trans>
                  </Button>
                ) : (
                  <Tag>
                    <Trans>Revoked</Trans>
                  </Tag>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {revoking && <RevokeQuestion apiKey={revoking} onClose={() => setRevoking(null)} />}
    </TableFrame>
  );
}

function RevokeQuestion({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useLingui();
  const revoke = useSave({
    run: () => call(revokeApiKey, { params: { id: apiKey.id } }),
    refresh: [listApiKeys.id],
    done: t`API key revoked`,
    onDone: onClose,
  });
  const name = apiKey.name;
  return (
    <FormDialog onClose={onClose} title={<Trans>Revoke “{name}”?</Trans>}>
      <Stack gap="md">
        <Text size="sm">
          <Trans>Programs that use this key are refused at once. This cannot be undone.</Trans>
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate(undefined)}>
            <Trans>Revoke</Trans>
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}
