import { listPeople, type Person } from '../../../shared/api/users.ts';
import { useAll } from './use-all.ts';

/** The users of the company by name, disabled ones too unless a status is given; empty until they are loaded. */
export const usePeople = (status?: 'active' | 'disabled'): readonly Person[] => useAll(listPeople, status === undefined ? {} : { query: { status } }).items;

/** People as the rows of a Select. */
export const peopleOptions = (people: readonly Person[]) => people.map((person) => ({ value: person.id, label: person.name }));
