import { Button, Card, Group, Input, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { createApiKey, listApiKeys } from '../../../../shared/api/api-keys.ts';
import type { Permission } from '../../../../shared/permissions.ts';
import { call } from '../../lib/api.ts';
import { PermissionPicker } from '../../records/permission-picker.tsx';
import { parseRanges, wrongRanges } from '../../records/range-rules.ts';
import { useSave } from '../../records/use-save.ts';

/** The end of a day in Japan as an instant; null for no day. */
const endOf = (day: string): string | null => (day === '' ? null : new Date(`${day}T23:59:59+09:00`).toISOString());

/** A new key: for what, from where, how long, and what it may do. */
export function KeyForm({ onClose, onSecret }: { onClose: () => void; onSecret: (secret: string) => void }) {
  const { t } = useLingui();
  const [name, setName] = useState('');
  const [day, setDay] = useState('');
  const [addresses, setAddresses] = useState('');
  const [chosen, setChosen] = useState<Permission[]>([]);
  const ipRanges = parseRanges(addresses);
  const wrong = wrongRanges(ipRanges);
  const save = useSave({
    run: () => call(createApiKey, { body: { name: name.trim(), permissions: chosen, expiresAt: endOf(day), ipRanges } }),
    refresh: [listApiKeys.id],
    done: t`API key created`,
    onDone: (answer) => onSecret(answer.secret),
  });
  const incomplete = name.trim() === '' || chosen.length === 0 || wrong.length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete) save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" maw={820}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput label={t`Name`} description={t`Which program uses it`} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={100} />
            <TextInput type="date" label={t`Works until`} description={t`The end of this day (JST); empty = until it is revoked`} value={day} onChange={(event) => setDay(event.currentTarget.value)} />
          </SimpleGrid>
          <Textarea
            label={t`Source addresses, one per line`}
            description={t`IPv4 or IPv6: 192.0.2.7 or 192.0.2.0/24. Those of your own profile count too.`}
            placeholder={t`Anywhere the owner may work`}
            value={addresses}
            onChange={(event) => setAddresses(event.currentTarget.value)}
            error={wrong.length > 0 ? t`Not a range: ${wrong.join(', ')}` : undefined}
            autosize
            minRows={2}
          />
          <Input.Wrapper label={t`Permissions`} labelElement="div" description={t`Give as few as the program needs. The key never does more than you may do yourself, and stops when your account is disabled.`}>
            <PermissionPicker value={chosen} onChange={setChosen} />
          </Input.Wrapper>
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
