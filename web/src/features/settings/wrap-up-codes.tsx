import { Group, Select, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { createWrapUpCode, listWrapUpCodes, updateWrapUpCode, type WrapUpCode } from '../../../../shared/api/wrap-up-codes.ts';
import { call } from '../../lib/api.ts';
import { labelIn } from '../../lib/both-languages.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { inTreeOrder, pathTo } from '../../records/code-tree.ts';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { ChoiceForm, ChoiceList, NameFields, trimmedNames } from './choice-list.tsx';

/** What agents can choose at the end of a call: the ends of a tree of at most four levels. */
export function WrapUpCodes() {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const list = useList([listWrapUpCodes.id], (cursor, signal) => call(listWrapUpCodes, { query: cursor === undefined ? {} : { cursor } }, signal));
  const retire = useSave({
    run: (code: WrapUpCode) => call(updateWrapUpCode, { params: { id: code.id }, body: { active: !code.active } }),
    refresh: [listWrapUpCodes.id],
    done: (code) => (code.active ? t`The wrap-up code can be chosen again` : t`The wrap-up code was retired; past calls keep it`),
  });
  return (
    <ChoiceList
      list={list}
      ordered={inTreeOrder}
      addText={<Trans>New wrap-up code</Trans>}
      emptyText={t`No wrap-up codes yet`}
      before={{ head: <Trans>Code</Trans>, cell: ({ code }) => code }}
      behind={{ head: <Trans>Updated</Trans>, cell: ({ updatedAt, updatedBy }) => `${formatDateTime(updatedAt, i18n.locale)} ${actorName(updatedBy)}` }}
      indent={({ id }, codes) => (pathTo(codes, id).length - 1) * 24}
      onSwitch={(code) => retire.mutate(code)}
      switching={retire.isPending}
      form={(stored, onClose) => <CodeForm stored={stored} codes={list.items ?? []} onClose={onClose} />}
    />
  );
}

function CodeForm({ stored, codes, onClose }: { stored: WrapUpCode | null; codes: WrapUpCode[]; onClose: () => void }) {
  const { i18n, t } = useLingui();
  const [draft, setDraft] = useState({
    code: stored?.code ?? '',
    label: stored?.label ?? '',
    labelEn: stored?.labelEn ?? '',
    position: stored?.position ?? 100,
    parentId: stored?.parentId ?? null,
  });
  const groups = inTreeOrder(codes)
    .filter((code) => !pathTo(codes, code.id).some(({ id }) => id === stored?.id))
    .map((code) => ({ value: code.id, label: pathTo(codes, code.id).map((each) => labelIn(i18n.locale, each)).join(' › ') }));
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const wrongCode = draft.code !== '' && !/^[a-z0-9][a-z0-9_-]{0,49}$/.test(draft.code);
  const { label, labelEn } = trimmedNames(draft);
  const save = useSave({
    run: () => {
      const body = { ...trimmedNames(draft), parentId: draft.parentId };
      return stored ? call(updateWrapUpCode, { params: { id: stored.id }, body }) : call(createWrapUpCode, { body: { ...body, code: draft.code } });
    },
    refresh: [listWrapUpCodes.id],
    done: t`Wrap-up code saved`,
    onDone: onClose,
  });
  return (
    <ChoiceForm complete={draft.code !== '' && !wrongCode && label !== '' && labelEn !== ''} saving={save.isPending} onSave={() => save.mutate(undefined)} onClose={onClose}>
      <Group gap="sm" align="flex-start">
        <TextInput
          label={t`Code`}
          value={draft.code}
          onChange={(event) => set({ code: event.currentTarget.value })}
          error={wrongCode ? t`Small letters, digits, - and _ only` : undefined}
          readOnly={stored !== null}
          required
          maxLength={50}
        />
        <NameFields draft={draft} set={set} />
        <Select label={t`Group`} placeholder={t`None`} data={groups} value={draft.parentId} onChange={(parentId) => set({ parentId })} clearable searchable w={240} />
      </Group>
    </ChoiceForm>
  );
}
