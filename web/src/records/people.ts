import { useQuery } from '@tanstack/react-query';
import { listPeople, type Person } from '../../../shared/api/users.ts';
import { call } from '../lib/api.ts';

type Status = 'active' | 'disabled';

/** All pages; a company has some hundred users, seldom thousands. */
async function everybody(status: Status | undefined, signal: AbortSignal): Promise<Person[]> {
  const found: Person[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Person[]; nextCursor: string | null } = await call(
      listPeople,
      { query: { limit: 200, ...(status !== undefined && { status }), ...(cursor !== null && { cursor }) } },
      signal,
    );
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

/** The users of the company by name, disabled ones too unless a status is given; empty until they are loaded. */
export function usePeople(status?: Status): readonly Person[] {
  const { data } = useQuery({
    queryKey: [listPeople.id, status],
    queryFn: ({ signal }) => everybody(status, signal),
    staleTime: 60_000,
  });
  return data ?? [];
}

/** People as the rows of a Select. */
export const peopleOptions = (people: readonly Person[]) => people.map((person) => ({ value: person.id, label: person.name }));
