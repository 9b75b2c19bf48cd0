import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { listQueues } from '../../../../shared/api/queues.ts';
import { useSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { useAll } from '../../records/use-all.ts';
import type { TransferTarget } from '../../softphone/softphone.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone } from '../../softphone/use-softphone.ts';

interface Props {
  /** transfer: the call goes and the agent leaves at once. consult: somebody is asked first. */
  kind: 'transfer' | 'consult';
  onClose: () => void;
}

type Target = TransferTarget['kind'];

/** Chooses to whom: a colleague, a number, or (blind) a queue. */
export function TransferDialog({ kind, onClose }: Props) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const [where, setWhere] = useState<Target>('agent');
  const [value, setValue] = useState('');
  const choose = (next: string) => {
    setWhere(next as Target);
    setValue('');
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const typed = value.trim();
    if (typed === '') return;
    if (await run(() => start(kind, where, typed))) onClose();
  };
  const places = [
    { value: 'agent', label: t`Agent` },
    { value: 'number', label: t`Number or extension` },
    ...(kind === 'transfer' ? [{ value: 'queue', label: t`Queue` }] : []),
  ];
  return (
    <FormDialog onClose={onClose} title={kind === 'transfer' ? <Trans>Blind transfer</Trans> : <Trans>Consult transfer or conference</Trans>}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text size="sm" c="gray.7">
            {kind === 'transfer' ? (
              <Trans>You leave at once. If nobody answers, the call comes back to you.</Trans>
            ) : (
              <Trans>The caller is put on hold while you speak. Then transfer the call, make it a conference, or go back.</Trans>
            )}
          </Text>
          <SegmentedControl aria-label={t`To whom`} data={places} value={where} onChange={choose} />
          <TargetInput where={where} value={value} onChange={setValue} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={busy} disabled={value.trim() === ''}>
              {kind === 'transfer' ? <Trans>Transfer</Trans> : <Trans>Start the call</Trans>}
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}

function start(kind: Props['kind'], where: Target, value: string): Promise<unknown> {
  if (where === 'queue') return softphone.transfer({ kind: 'queue', code: value });
  const target = where === 'agent' ? ({ kind: 'agent', agentId: value } as const) : ({ kind: 'number', number: value } as const);
  return kind === 'transfer' ? softphone.transfer(target) : softphone.consult(target);
}

function TargetInput({ where, value, onChange }: { where: Target; value: string; onChange: (value: string) => void }) {
  const { t } = useLingui();
  const { user } = useSession();
  const people = usePeople('active');
  const queues = useAll(listQueues, { enabled: where === 'queue' });
  if (where === 'number') {
    return (
      <TextInput
        type="tel"
        label={t`Number or extension`}
        description={t`A telephone number, or the user name of a telephone`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        maxLength={40}
        required
        data-autofocus
      />
    );
  }
  const isQueue = where === 'queue';
  const data = isQueue
    ? queues.items.map(({ code, name }) => ({ value: code, label: name }))
    : peopleOptions(people.filter(({ id }) => id !== user?.id));
  return (
    <Select
      key={where}
      label={isQueue ? t`Queue` : t`Agent`}
      data={data}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
      error={isQueue && queues.error ? t`The queues could not be loaded` : undefined}
      searchable
      required
      data-autofocus
    />
  );
}
