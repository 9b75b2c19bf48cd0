import { Button, Group, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { ALERT_METRICS, type AlertMetric, type AlertRule, createAlertRule, listAlertRules, QUEUE_METRICS, updateAlertRule } from '../../../../shared/api/alerts.ts';
import { call } from '../../lib/api.ts';
import { useAlertMetricText } from '../../records/alert-text.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useQueueOptions } from '../../records/queues.ts';
import { ReceiverInputs } from '../../records/receiver-inputs.tsx';
import { useSave } from '../../records/use-save.ts';
import { bodyOf, draftOf, isComplete, newDraft, type RuleDraft } from './rule-draft.ts';

/** A rule, new or stored. */
export function RuleForm({ stored, onClose }: { stored: AlertRule | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState<RuleDraft>(() => (stored ? draftOf(stored) : newDraft));
  const set = (part: Partial<RuleDraft>) => setDraft({ ...draft, ...part });
  const save = useSave({
    run: () => (stored ? call(updateAlertRule, { params: { id: stored.id }, body: bodyOf(draft) }) : call(createAlertRule, { body: { ...bodyOf(draft), active: true } })),
    refresh: [listAlertRules.id],
    done: t`Saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete(draft)) save.mutate(undefined);
  };
  return (
    <FormDialog keep size="lg" onClose={onClose} title={stored ? <Trans>Change rule</Trans> : <Trans>New rule</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={100} data-autofocus />
          <Condition draft={draft} onChange={set} />
          <ReceiverInputs value={draft} stored={stored} mailHint={t`Beside the notice on the screens of supervisors. Enter adds one.`} onChange={set} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isComplete(draft)}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}

interface PartProps {
  draft: RuleDraft;
  onChange: (part: Partial<RuleDraft>) => void;
}

function Condition({ draft, onChange }: PartProps) {
  const { t } = useLingui();
  const metrics = useAlertMetricText();
  const queues = useQueueOptions();
  const suffix = draft.metric === 'longestWait' ? t` s` : draft.metric.endsWith('RateToday') ? ' %' : draft.metric === 'outboundCostToday' ? t` yen` : '';
  return (
    <>
      <Group gap="sm" grow>
        <Select label={t`Watched figure`} allowDeselect={false} data={ALERT_METRICS.map((value) => ({ value, label: metrics[value] }))} value={draft.metric} onChange={(metric) => onChange({ metric: metric as AlertMetric })} />
        {QUEUE_METRICS.has(draft.metric) && (
          <Select label={t`Queue`} placeholder={t`Each queue by itself`} clearable data={queues} value={draft.queueId} onChange={(queueId) => onChange({ queueId })} />
        )}
      </Group>
      <Group gap="sm" grow>
        <Select label={t`Is`} allowDeselect={false} data={[{ value: 'above', label: t`above` }, { value: 'below', label: t`below` }]} value={draft.comparison} onChange={(comparison) => onChange({ comparison: comparison as RuleDraft['comparison'] })} />
        <NumberInput label={t`Limit`} min={0} suffix={suffix} value={draft.typed} onChange={(value) => onChange({ typed: typeof value === 'number' ? value : '' })} required />
        <NumberInput label={t`For so long (s)`} min={0} max={3600} value={draft.forSeconds} onChange={(value) => onChange({ forSeconds: typeof value === 'number' ? value : 0 })} />
      </Group>
    </>
  );
}
