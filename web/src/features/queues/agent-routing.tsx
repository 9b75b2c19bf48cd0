import { Button, Group, Input, MultiSelect, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { listQueues, type Queue } from '../../../../shared/api/queues.ts';
import { listUsers, MOST_CALLS_AT_ONCE, setUserRouting, type User } from '../../../../shared/api/users.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { useAllQueues } from '../../records/queues.ts';
import { SaveRow } from '../../records/save-row.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { SkillLevels } from './skill-levels.tsx';

const CAPACITIES = Array.from({ length: MOST_CALLS_AT_ONCE }, (_, index) => String(index + 1));

/** What each agent can do, and whose calls each takes. */
export function AgentRouting() {
  const { t } = useLingui();
  const [open, setOpen] = useState<User | null>(null);
  const list = useList([listUsers.id, 'routing'], (cursor, signal) => call(listUsers, { query: { limit: 200, status: 'active', ...(cursor === undefined ? {} : { cursor }) } }, signal));
  const queues = useAllQueues();
  return (
    <>
      <ListState list={list} empty={{ title: t`No user matches` }}>
        {(users) => <AgentTable users={users} queues={queues} onEdit={setOpen} />}
      </ListState>
      {open && <AgentForm key={open.id} user={open} queues={queues} onClose={() => setOpen(null)} />}
    </>
  );
}

function AgentTable({ users, queues, onEdit }: { users: User[]; queues: readonly Queue[]; onEdit: (user: User) => void }) {
  const { t } = useLingui();
  const names = (ids: readonly string[]): string => ids.map((id) => queues.find((queue) => queue.id === id)?.name ?? '').join(', ');
  const levels = (skills: User['skills']): string => Object.entries(skills).map(([skill, level]) => `${skill} ${level}`).join(', ');
  return (
    <TableFrame minWidth={680}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Agent</Trans>
          <Trans>Skills</Trans>
          <Trans>Queues</Trans>
          <Trans>Calls at once</Trans>
        </Columns>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.id}>
              <Table.Td>
                {user.name}
                <Text size="xs" c="dimmed" ff="monospace">
                  {user.loginId}
                </Text>
              </Table.Td>
              <Table.Td>{levels(user.skills) || '–'}</Table.Td>
              <Table.Td>{names(user.queueIds) || '–'}</Table.Td>
              <Table.Td>{user.callCapacity}</Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${user.name}`} onClick={() => onEdit(user)}>
                  <Trans>Edit</Trans>
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function AgentForm({ user, queues, onClose }: { user: User; queues: readonly Queue[]; onClose: () => void }) {
  const { t } = useLingui();
  const stored = { skills: user.skills, queueIds: user.queueIds, callCapacity: user.callCapacity };
  const [draft, setDraft] = useState(stored);
  const dirty = JSON.stringify(draft) !== JSON.stringify(stored);
  const save = useSave({
    run: () => call(setUserRouting, { params: { id: user.id }, body: draft }),
    refresh: [listUsers.id, listQueues.id],
    done: t`Saved; it counts from the next call on`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <FormDialog onClose={onClose} title={user.name} keep={dirty}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <SkillLevels label={t`Skills and levels (1 to 5)`} skills={draft.skills} onChange={(skills) => setDraft({ ...draft, skills })} />
          <MultiSelect label={t`Queues`} data={queues.map(({ id, name }) => ({ value: id, label: name }))} value={draft.queueIds} onChange={(queueIds) => setDraft({ ...draft, queueIds })} clearable />
          <Input.Wrapper label={t`Calls at once`} description={t`Above 1, whoever talks is rung for a further call when nobody with fewer calls can take it; answering puts the present caller on hold.`}>
            <SegmentedControl
              mt={6}
              aria-label={t`Calls at once`}
              data={CAPACITIES}
              value={String(draft.callCapacity)}
              onChange={(value) => setDraft({ ...draft, callCapacity: Number(value) })}
            />
          </Input.Wrapper>
          <Group grow>
            <SaveRow dirty={dirty} saving={save.isPending} onUndo={() => setDraft(stored)} />
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
