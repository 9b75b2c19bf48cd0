import { Button, Card, Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { type Caution, createCaution, listCautions, updateCaution } from '../../../../shared/api/cautions.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { useNow } from '../../lib/use-now.ts';
import { dayBounds, dayInJapan } from '../../records/day-range.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';

const isInForce = (caution: Caution, now: number): boolean => caution.liftedAt === null && Date.parse(caution.expiresAt) > now;

/** Caution flags of a customer: each with its end, and with what the customer says against it. */
export function CustomerCautions({ customerId }: { customerId: string }) {
  const { t } = useLingui();
  const { can } = useSession();
  const [adding, setAdding] = useState(false);
  const list = useList([listCautions.id, customerId], (_cursor, signal) => call(listCautions, { params: { id: customerId } }, signal));
  const mayChange = can('call.supervise');
  if (!mayChange && (list.items?.length ?? 0) === 0) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Caution flags`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            <Trans>Caution flags</Trans>
          </Title>
          {mayChange && (
            <Button size="xs" variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
              <Trans>Set a flag</Trans>
            </Button>
          )}
        </Group>
        <ListState list={list} empty={{ title: t`No caution flags` }}>
          {(cautions) => (
            <Stack gap="md">
              {cautions.map((caution) => (
                <CautionItem key={caution.id} caution={caution} mayChange={mayChange} />
              ))}
            </Stack>
          )}
        </ListState>
      </Stack>
      {adding && <CautionForm customerId={customerId} onClose={() => setAdding(false)} />}
    </Card>
  );
}

function CautionItem({ caution, mayChange }: { caution: Caution; mayChange: boolean }) {
  const { i18n } = useLingui();
  const now = useNow(true);
  const [editing, setEditing] = useState<'objection' | 'lift' | null>(null);
  const inForce = isInForce(caution, now);
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Tag color={inForce ? 'orange' : 'gray'} {...(inForce && { icon: IconAlertTriangle })}>
          {inForce ? <Trans>In force</Trans> : caution.liftedAt ? <Trans>Lifted</Trans> : <Trans>Expired</Trans>}
        </Tag>
        <Text size="sm" c="dimmed">
          <Trans>until {formatDateTime(caution.expiresAt, i18n.locale)}</Trans>
        </Text>
      </Group>
      <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {caution.reason}
      </Text>
      {caution.objection !== '' && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          <Trans>Objection: {caution.objection}</Trans>
        </Text>
      )}
      {caution.liftReason !== '' && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          <Trans>Lifted because: {caution.liftReason}</Trans>
        </Text>
      )}
      {mayChange && caution.liftedAt === null && (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => setEditing('objection')}>
            <Trans>Write down an objection</Trans>
          </Button>
          {inForce && (
            <Button size="compact-sm" variant="default" onClick={() => setEditing('lift')}>
              <Trans>Lift</Trans>
            </Button>
          )}
        </Group>
      )}
      {editing !== null && <ChangeForm caution={caution} what={editing} onClose={() => setEditing(null)} />}
    </Stack>
  );
}

function ChangeForm({ caution, what, onClose }: { caution: Caution; what: 'objection' | 'lift'; onClose: () => void }) {
  const { t } = useLingui();
  const [text, setText] = useState(what === 'objection' ? caution.objection : '');
  const save = useSave({
    run: () => call(updateCaution, { params: { id: caution.id }, body: what === 'objection' ? { objection: text.trim() } : { liftReason: text.trim() } }),
    refresh: [listCautions.id],
    done: what === 'objection' ? t`The objection is written down` : t`The flag is lifted`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (what === 'objection' || text.trim() !== '') save.mutate(undefined);
  };
  return (
    <FormDialog title={what === 'objection' ? <Trans>Objection of the customer</Trans> : <Trans>Lift the flag</Trans>} onClose={onClose} keep>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Textarea label={what === 'objection' ? t`What the customer says` : t`Reason`} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={3} maxLength={what === 'objection' ? 5000 : 1000} data-autofocus />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={what === 'lift' && text.trim() === ''}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}

function CautionForm({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const [today] = useState(() => Date.now());
  const [day, setDay] = useState(() => dayInJapan(today, 180));
  const save = useSave({
    run: () => call(createCaution, { params: { id: customerId }, body: { reason: reason.trim(), expiresAt: dayBounds(day)?.to ?? '' } }),
    refresh: [listCautions.id],
    done: t`The caution flag is set`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '' && dayBounds(day)) save.mutate(undefined);
  };
  return (
    <FormDialog title={<Trans>Set a caution flag</Trans>} onClose={onClose} keep>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Textarea label={t`Reason`} description={t`Facts only. Agents read it when this customer calls.`} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={3} maxLength={1000} required data-autofocus />
          <TextInput type="date" label={t`Ends on`} description={t`At most two years from now`} value={day} min={dayInJapan(today, 1)} max={dayInJapan(today, 730)} onChange={(event) => setDay(event.currentTarget.value)} required />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={reason.trim() === '' || !dayBounds(day)}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
