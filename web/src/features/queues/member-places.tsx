import { Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Person } from '../../../../shared/api/users.ts';
import { Amount } from './amounts.tsx';
import type { PartProps } from './queue-draft.ts';

const USUAL = { position: 0, weight: 10 };

/** Place and weight of each member, for the orders that go by them. */
export function MemberPlaces({ draft, people, set }: PartProps & { people: readonly Person[] }) {
  const { t } = useLingui();
  const isWeighted = draft.order === 'weightedRandom';
  const nameOf = (userId: string): string => people.find(({ id }) => id === userId)?.name ?? '';
  const change = (userId: string, part: Partial<typeof USUAL>): void => set({ places: { ...draft.places, [userId]: { ...USUAL, ...draft.places[userId], ...part } } });
  return (
    <Table maw={420} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Trans>Member</Trans>
          </Table.Th>
          <Table.Th>{isWeighted ? <Trans>Weight</Trans> : <Trans>Place</Trans>}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {draft.memberIds.map((userId) => {
          const place = draft.places[userId] ?? USUAL;
          const name = nameOf(userId);
          return (
            <Table.Tr key={userId}>
              <Table.Td>{name}</Table.Td>
              <Table.Td>
                {isWeighted ? (
                  <Amount label={t`Weight of ${name}`} value={place.weight} most={1000} onChange={(weight) => change(userId, { weight })} />
                ) : (
                  <Amount label={t`Place of ${name}`} value={place.position} most={10_000} onChange={(position) => change(userId, { position })} />
                )}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
