import { Checkbox, Group, SegmentedControl, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { createStatusReason, listStatusReasons, type StatusReason, updateStatusReason } from '../../../../shared/api/status-reasons.ts';
import { call } from '../../lib/api.ts';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { ChoiceForm, ChoiceList, NameFields, trimmedNames } from './choice-list.tsx';

/** Own kinds of break and absence that agents choose on the desk. */
export function StatusReasons() {
  const { t } = useLingui();
  const list = useList([listStatusReasons.id], (cursor, signal) => call(listStatusReasons, { query: cursor === undefined ? {} : { cursor } }, signal));
  const retire = useSave({
    run: (reason: StatusReason) => call(updateStatusReason, { params: { id: reason.id }, body: { active: !reason.active } }),
    refresh: [listStatusReasons.id],
    done: (reason) => (reason.active ? t`The status reason can be chosen again` : t`The status reason was retired; the history keeps it`),
  });
  return (
    <ChoiceList
      list={list}
      addText={<Trans>New status reason</Trans>}
      emptyText={t`No status reasons yet`}
      before={{ head: <Trans>Status</Trans>, cell: ({ presence }) => (presence === 'break' ? <Trans>On break</Trans> : <Trans>Away</Trans>) }}
      behind={{ head: <Trans>Counts as work</Trans>, cell: ({ productive }) => (productive ? <Trans>Yes</Trans> : <Trans>No</Trans>) }}
      onSwitch={(reason) => retire.mutate(reason)}
      switching={retire.isPending}
      form={(stored, onClose) => <ReasonForm stored={stored} onClose={onClose} />}
    />
  );
}

function ReasonForm({ stored, onClose }: { stored: StatusReason | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState({
    presence: stored?.presence ?? 'away',
    label: stored?.label ?? '',
    labelEn: stored?.labelEn ?? '',
    productive: stored?.productive ?? false,
    position: stored?.position ?? 100,
  });
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const save = useSave({
    run: () => {
      const body = { ...trimmedNames(draft), productive: draft.productive };
      return stored ? call(updateStatusReason, { params: { id: stored.id }, body }) : call(createStatusReason, { body: { ...body, presence: draft.presence } });
    },
    refresh: [listStatusReasons.id],
    done: t`Status reason saved`,
    onDone: onClose,
  });
  const { label, labelEn } = trimmedNames(draft);
  return (
    <ChoiceForm complete={label !== '' && labelEn !== ''} saving={save.isPending} onSave={() => save.mutate(undefined)} onClose={onClose}>
      <div>
        <Text size="sm" fw={500} id="reason-status">
          <Trans>Status</Trans>
        </Text>
        <SegmentedControl
          aria-labelledby="reason-status"
          value={draft.presence}
          onChange={(presence) => set({ presence: presence as StatusReason['presence'] })}
          disabled={stored !== null}
          data={[
            { value: 'break', label: t`On break` },
            { value: 'away', label: t`Away` },
          ]}
        />
      </div>
      <Group gap="sm" align="flex-start">
        <NameFields draft={draft} set={set} />
      </Group>
      <Checkbox label={t`Counts as work (training, meetings, back office)`} checked={draft.productive} onChange={(event) => set({ productive: event.currentTarget.checked })} />
    </ChoiceForm>
  );
}
