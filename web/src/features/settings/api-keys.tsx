import { Alert, Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { type ApiKey, listApiKeys, revokeApiKey } from '../../../../shared/api/api-keys.ts';
import { call } from '../../lib/api.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { ListState } from '../../records/list-state.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { Question } from '../../records/question.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { usePermissionText } from '../../records/permission-text.ts';
import { Tag } from '../../records/tag.tsx';
import { KeyForm } from './api-key-form.tsx';

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

function KeyTable({ keys }: { keys: ApiKey[] }) {
  const { i18n, t } = useLingui();
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const moment = (at: string | null, otherwise: string) => (at === null ? otherwise : formatDateTime(at, i18n.locale));
  return (
    <TableFrame minWidth={900}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>Permissions</Trans>
          <Trans>Owner</Trans>
          <Trans>Works from</Trans>
          <Trans>Works until</Trans>
          <Trans>Last used</Trans>
        </Columns>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td>{key.name}</Table.Td>
              <Table.Td>
                <Permissions apiKey={key} />
              </Table.Td>
              <Table.Td>{key.ownerName || '–'}</Table.Td>
              <Table.Td>{key.ipRanges.length === 0 ? t`Anywhere the owner may work` : key.ipRanges.join(', ')}</Table.Td>
              <Table.Td>{moment(key.expiresAt, t`No end`)}</Table.Td>
              <Table.Td>
                {moment(key.lastUsedAt, t`Never`)}
                {key.lastRefusedAt !== null && (
                  <Text size="xs" c="red">
                    <Trans>Refused address: {formatDateTime(key.lastRefusedAt, i18n.locale)}</Trans>
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">
                <KeyState apiKey={key} onRevoke={() => setRevoking(key)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {revoking && <RevokeQuestion apiKey={revoking} onClose={() => setRevoking(null)} />}
    </TableFrame>
  );
}

function Permissions({ apiKey }: { apiKey: ApiKey }) {
  const texts = usePermissionText();
  return <Text size="sm">{apiKey.permissions.map((permission) => texts[permission].label).join(', ')}</Text>;
}

function KeyState({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { t } = useLingui();
  const words: Readonly<Record<ApiKey['state'], string>> = { active: '', expired: t`Expired`, revoked: t`Revoked`, ownerDisabled: t`Owner disabled` };
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {apiKey.state !== 'active' && <Tag>{words[apiKey.state]}</Tag>}
      {apiKey.state !== 'revoked' && (
        <Button size="compact-sm" variant="default" aria-label={t`Revoke ${apiKey.name}`} onClick={onRevoke}>
          <Trans>Revoke</Trans>
        </Button>
      )}
    </Group>
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
    <Question title={<Trans>Revoke “{name}”?</Trans>} yes={<Trans>Revoke</Trans>} takesAway busy={revoke.isPending} onYes={() => revoke.mutate(undefined)} onClose={onClose}>
      <Trans>Programs that use this key are refused at once. This cannot be undone.</Trans>
    </Question>
  );
}
