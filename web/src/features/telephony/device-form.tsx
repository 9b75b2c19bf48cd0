import { Alert, Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createDevice, type Device, listDevices, type Provisioning, updateDevice } from '../../../../shared/api/devices.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { useSave } from '../../records/use-save.ts';

interface Props {
  /** Null = a new one. */
  stored: Device | null;
  onClose: () => void;
  onSecret: (secret: { password: string; provisioning: Provisioning }) => void;
}

const USERNAME = /^[a-z0-9][a-z0-9._-]{1,39}$/;

/** Who a telephone belongs to; a new one gets its password here. */
export function DeviceForm({ stored, onClose, onSecret }: Props) {
  const { t } = useLingui();
  const people = usePeople('active');
  const [username, setUsername] = useState(stored?.username ?? '');
  const [label, setLabel] = useState(stored?.label ?? '');
  const [userId, setUserId] = useState(stored?.userId ?? null);
  const [wideband, setWideband] = useState(stored?.wideband ?? false);
  const [allowMd5, setAllowMd5] = useState(stored?.allowMd5 ?? false);
  const isWrong = username !== '' && !USERNAME.test(username);
  const isComplete = USERNAME.test(username);
  const body = { label: label.trim(), userId, wideband, allowMd5 };
  const create = useSave({ run: () => call(createDevice, { body: { ...body, username } }), refresh: [listDevices.id], done: t`Telephone created`, onDone: onSecret });
  const change = useSave({
    run: () => call(updateDevice, { params: { id: stored?.id ?? '' }, body }),
    refresh: [listDevices.id],
    done: t`Telephone saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) (stored ? change : create).mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={stored ? <Trans>Telephone “{username}”</Trans> : <Trans>New telephone</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t`User name`}
            description={t`With it the telephone registers and is called inside the company`}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            error={isWrong ? t`2 to 40 small letters, digits, dots, - and _` : undefined}
            readOnly={stored !== null}
            required
            maxLength={40}
            data-autofocus
          />
          <TextInput label={t`Label`} description={t`For example its place`} value={label} onChange={(event) => setLabel(event.currentTarget.value)} maxLength={60} />
          <Select label={t`Used by`} placeholder={t`Nobody in particular`} data={peopleOptions(people)} value={userId} onChange={setUserId} searchable clearable />
          <Checkbox label={t`Wideband sound (Opus, G.722)`} description={t`Better sound between telephones that know it; with agents in a browser it costs computing power.`} checked={wideband} onChange={(event) => setWideband(event.currentTarget.checked)} />
          <Checkbox label={t`Allow MD5 (old telephones)`} description={t`Only when it cannot register otherwise. SHA-256 is always offered.`} checked={allowMd5} onChange={(event) => setAllowMd5(event.currentTarget.checked)} />
          {allowMd5 && (
            <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} p="xs">
              <Trans>MD5 is broken: whoever records a registration can guess its password faster. Use it over TLS or within your own network only.</Trans>
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={create.isPending || change.isPending} disabled={!isComplete}>
              {stored ? <Trans>Save</Trans> : <Trans>Add</Trans>}
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
