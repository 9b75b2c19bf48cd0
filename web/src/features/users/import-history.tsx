import { Button, Stack, Table, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { listUserImports, undoUserImport, type UserImport } from '../../../../shared/api/user-imports.ts';
import classes from '../../components/stacked-table.module.css';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { ListState } from '../../records/list-state.tsx';
import { Question } from '../../records/question.tsx';
import { Columns, StackedFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { USERS_CHANGED } from './users-changed.ts';

/** Files that were taken, with what became of the users they created. */
export function ImportHistory() {
  const { t } = useLingui();
  const list = useList([listUserImports.id], (cursor, signal) => call(listUserImports, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        <Trans>Earlier imports</Trans>
      </Title>
      <ListState list={list} empty={{ title: t`No file was imported yet` }}>
        {(imports) => <Imports imports={imports} />}
      </ListState>
    </Stack>
  );
}

function Imports({ imports }: { imports: UserImport[] }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const [undoing, setUndoing] = useState<UserImport | null>(null);
  return (
    <StackedFrame>
      <Table verticalSpacing="xs" className={classes.table ?? ''}>
        <Columns actions>
          <Trans>Imported</Trans>
          <Trans>File name</Trans>
          <Trans>Newly created</Trans>
          <Trans>Changed</Trans>
          <Trans>First login outstanding</Trans>
        </Columns>
        <Table.Tbody>
          {imports.map((each) => (
            <Table.Tr key={each.id}>
              <Table.Td>
                {formatDateTime(each.createdAt, i18n.locale)} {actorName(each.createdBy)}
              </Table.Td>
              <Table.Td className={classes.wide ?? ''} data-label={t`File name`} style={{ overflowWrap: 'anywhere' }}>{each.fileName}</Table.Td>
              <Table.Td data-label={t`Newly created`}>{each.created}</Table.Td>
              <Table.Td data-label={t`Changed`}>{each.changed}</Table.Td>
              <Table.Td data-label={t`First login outstanding`}>{each.waiting}</Table.Td>
              <Table.Td className={classes.wide ?? ''} ta="right">
                {each.active > 0 ? (
                  <Button size="compact-sm" variant="default" onClick={() => setUndoing(each)}>
                    <Trans>Disable its new users</Trans>
                  </Button>
                ) : (
                  each.undoneAt !== null && (
                    <Text size="sm" c="dimmed">
                      <Trans>Disabled {formatDateTime(each.undoneAt, i18n.locale)}</Trans>
                    </Text>
                  )
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {undoing && <UndoQuestion of={undoing} onClose={() => setUndoing(null)} />}
    </StackedFrame>
  );
}

function UndoQuestion({ of, onClose }: { of: UserImport; onClose: () => void }) {
  const { t } = useLingui();
  const undo = useSave({
    run: () => call(undoUserImport, { params: { id: of.id } }),
    refresh: [...USERS_CHANGED, listUserImports.id],
    done: ({ disabled }) => t`Users disabled: ${disabled}`,
    onDone: onClose,
  });
  return (
    <Question
      title={<Plural value={of.active} one="Disable # user?" other="Disable # users?" />}
      yes={<Trans>Disable them</Trans>}
      takesAway
      busy={undo.isPending}
      onYes={() => undo.mutate(undefined)}
      onClose={onClose}
    >
      <Trans>The users that this file created can no longer log in. What it changed of other users stays; the audit log says what it was.</Trans>
    </Question>
  );
}
