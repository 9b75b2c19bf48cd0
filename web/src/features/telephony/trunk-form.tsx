import { Alert, Button, Checkbox, Fieldset, Group, NumberInput, PasswordInput, SegmentedControl, Select, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconInfoCircle } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createTrunk, listTrunks, type Trunk, updateTrunk } from '../../../../shared/api/trunks.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';
import { bodyOf, draftOf, emptyTrunk, faultsOf, isSound, type TrunkDraft, type TrunkFaults, withPreset } from './trunk-draft.ts';

interface Props {
  /** Null = a new one. */
  stored: Trunk | null;
  onClose: () => void;
}

interface PartProps {
  draft: TrunkDraft;
  faults: TrunkFaults;
  set: (part: Partial<TrunkDraft>) => void;
}

/** Everything about one line to a carrier. */
export function TrunkForm({ stored, onClose }: Props) {
  const { t } = useLingui();
  const [draft, setDraft] = useState(stored ? draftOf(stored) : emptyTrunk);
  const faults = faultsOf(draft, stored?.hasPassword ?? false);
  const set = (part: Partial<TrunkDraft>) => setDraft({ ...draft, ...part });
  const save = useSave({
    run: () => (stored ? call(updateTrunk, { params: { id: stored.id }, body: bodyOf(draft) }) : call(createTrunk, { body: bodyOf(draft) })),
    refresh: [listTrunks.id],
    done: t`Trunk saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSound(faults)) save.mutate(undefined);
  };
  const name = stored?.name ?? '';
  return (
    <FormDialog keep size="lg" onClose={onClose} title={stored ? <Trans>Trunk “{name}”</Trans> : <Trans>New trunk</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <BasicPart draft={draft} faults={faults} set={set} onProfile={(profile) => setDraft(withPreset(draft, profile))} />
          <ServerPart draft={draft} faults={faults} set={set} hasPassword={stored?.hasPassword ?? false} />
          <NumberPart draft={draft} faults={faults} set={set} />
          <LimitPart draft={draft} faults={faults} set={set} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isSound(faults)}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}

function BasicPart({ draft, set, onProfile }: PartProps & { onProfile: (profile: TrunkDraft['profile']) => void }) {
  const { t } = useLingui();
  const profiles = [
    { value: 'generic', label: t`Generic SIP` },
    { value: 'ngn', label: t`NGN type` },
    { value: 'kddi', label: t`KDDI type` },
  ];
  return (
    <Stack gap="sm">
      <TextInput label={t`Name`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={60} data-autofocus />
      <Stack gap={4}>
        <Text size="sm" fw={500} id="trunk-profile">
          <Trans>Preset</Trans>
        </Text>
        <SegmentedControl
          aria-labelledby="trunk-profile"
          data={profiles}
          value={draft.profile}
          onChange={(profile) => onProfile(profile as TrunkDraft['profile'])}
        />
      </Stack>
      <Alert color="blue" icon={<IconInfoCircle aria-hidden />} p="xs">
        <Text size="sm">
          <Trans>A preset fills in usual values for this kind of carrier. It claims no conformance: compare every value with your carrier’s documents.</Trans>
        </Text>
      </Alert>
      <Switch label={t`Enabled`} checked={draft.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} />
    </Stack>
  );
}

function ServerPart({ draft, faults, set, hasPassword }: PartProps & { hasPassword: boolean }) {
  const { t } = useLingui();
  const account = draft.kind === 'registration';
  return (
    <Fieldset legend={t`Connection`}>
      <Stack gap="sm">
        <SegmentedControl
          aria-label={t`Connection`}
          data={[
            { value: 'registration', label: t`Registers with an account` },
            { value: 'ip', label: t`By IP address` },
          ]}
          value={draft.kind}
          onChange={(kind) => set({ kind: kind as TrunkDraft['kind'] })}
        />
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <TextInput
            label={t`SIP server`}
            value={draft.host}
            onChange={(event) => set({ host: event.currentTarget.value })}
            error={faults.host ? t`Not a name or address` : undefined}
            required
            maxLength={253}
          />
          <NumberInput
            label={t`Port`}
            placeholder={t`Automatic`}
            value={draft.port ?? ''}
            onChange={(port) => set({ port: port === '' ? null : Number(port) })}
            min={1}
            max={65_535}
            allowDecimal={false}
          />
          <Select
            label={t`Transport`}
            data={[
              { value: 'udp', label: 'UDP' },
              { value: 'tcp', label: 'TCP' },
              { value: 'tls', label: 'TLS' },
            ]}
            value={draft.transport}
            onChange={(transport) => set({ transport: (transport ?? 'udp') as TrunkDraft['transport'] })}
            allowDeselect={false}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <TextInput label={t`User name`} value={draft.username} onChange={(event) => set({ username: event.currentTarget.value.trim() })} required={account} maxLength={100} />
          <PasswordInput
            label={t`Password`}
            placeholder={hasPassword ? t`Stored; type to replace it` : ''}
            value={draft.password}
            onChange={(event) => set({ password: event.currentTarget.value })}
            required={account && !hasPassword}
            maxLength={200}
            autoComplete="new-password"
          />
          <TextInput label={t`Realm`} value={draft.realm} onChange={(event) => set({ realm: event.currentTarget.value.trim() })} required={account} maxLength={100} />
        </SimpleGrid>
        <Textarea
          label={t`Source addresses of calls, one per line`}
          description={t`Beside the server itself. IPv4 or IPv6: 192.0.2.7 or 192.0.2.0/24`}
          value={draft.sourceRanges}
          onChange={(event) => set({ sourceRanges: event.currentTarget.value })}
          error={faults.ranges.length > 0 ? t`Not a range: ${faults.ranges.join(', ')}` : undefined}
          autosize
          minRows={1}
        />
      </Stack>
    </Fieldset>
  );
}

function NumberPart({ draft, set }: PartProps) {
  const { t } = useLingui();
  return (
    <Fieldset legend={t`Numbers`}>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select
          label={t`Format of numbers`}
          data={[
            { value: 'e164', label: '+81312345678' },
            { value: 'e164_bare', label: '81312345678' },
            { value: 'national', label: '0312345678' },
          ]}
          value={draft.numberFormat}
          onChange={(value) => set({ numberFormat: (value ?? 'e164') as TrunkDraft['numberFormat'] })}
          allowDeselect={false}
        />
        <Select
          label={t`Dialled number of incoming calls`}
          data={[
            { value: 'request_uri', label: 'Request-URI' },
            { value: 'to', label: 'To' },
          ]}
          value={draft.dialledFrom}
          onChange={(value) => set({ dialledFrom: (value ?? 'request_uri') as TrunkDraft['dialledFrom'] })}
          allowDeselect={false}
        />
        <Select
          label={t`Number shown (From)`}
          data={[
            { value: 'number', label: t`A number of this company` },
            { value: 'account', label: t`The account’s user name` },
          ]}
          value={draft.callerId}
          onChange={(value) => set({ callerId: (value ?? 'number') as TrunkDraft['callerId'] })}
          allowDeselect={false}
        />
        <Select
          label={t`Identity header`}
          data={[
            { value: 'none', label: t`None` },
            { value: 'asserted', label: 'P-Asserted-Identity' },
            { value: 'preferred', label: 'P-Preferred-Identity' },
          ]}
          value={draft.identity}
          onChange={(value) => set({ identity: (value ?? 'none') as TrunkDraft['identity'] })}
          allowDeselect={false}
        />
        <Select
          label={t`Withheld number (184)`}
          data={[
            { value: 'header', label: t`Privacy header and anonymous From` },
            { value: 'prefix', label: t`184 or 186 before the number` },
          ]}
          value={draft.privacyMethod}
          onChange={(value) => set({ privacyMethod: (value ?? 'header') as TrunkDraft['privacyMethod'] })}
          allowDeselect={false}
        />
        <Checkbox
          label={t`Digits are heard as tones in the sound`}
          checked={draft.inbandDtmf}
          onChange={(event) => set({ inbandDtmf: event.currentTarget.checked })}
          style={{ alignSelf: 'end' }}
          pb={8}
        />
        <Checkbox label={t`Wideband sound (Opus, G.722)`} checked={draft.wideband} onChange={(event) => set({ wideband: event.currentTarget.checked })} />
      </SimpleGrid>
    </Fieldset>
  );
}

function LimitPart({ draft, faults, set }: PartProps) {
  const { t } = useLingui();
  return (
    <Fieldset legend={t`Limits and monitoring`}>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput label={t`Channels`} description={t`Calls at the same time, both ways`} value={draft.channels} onChange={(value) => set({ channels: Number(value) || 1 })} min={1} max={10_000} allowDecimal={false} />
        <NumberInput label={t`Calls per second`} description={t`New calls, at most`} value={draft.callsPerSecond} onChange={(value) => set({ callsPerSecond: Number(value) || 1 })} min={1} max={1000} allowDecimal={false} />
        <NumberInput label={t`Calls out per day`} placeholder={t`No limit of its own`} value={draft.maxDailyCalls ?? ''} onChange={(value) => set({ maxDailyCalls: value === '' ? null : Number(value) })} min={0} max={1_000_000} allowDecimal={false} />
        <NumberInput label={t`Cost per day (yen, estimate)`} placeholder={t`No limit of its own`} value={draft.maxDailyCost ?? ''} onChange={(value) => set({ maxDailyCost: value === '' ? null : Number(value) })} min={0} max={100_000_000} allowDecimal={false} />
        <NumberInput
          label={t`Check by OPTIONS every`}
          description={t`Seconds; 0 = no check`}
          value={draft.monitorSeconds}
          onChange={(value) => set({ monitorSeconds: Number(value) || 0 })}
          error={faults.monitor ? t`0, or 5 to 3600 seconds` : undefined}
          min={0}
          max={3600}
          allowDecimal={false}
        />
        <NumberInput label={t`DSCP`} description={t`A note for your network; packets are not marked here`} value={draft.dscp} onChange={(value) => set({ dscp: Number(value) || 0 })} min={0} max={63} allowDecimal={false} />
      </SimpleGrid>
    </Fieldset>
  );
}
