import { listProfiles } from '../../../../shared/api/profiles.ts';
import { listPeople, listUsers } from '../../../../shared/api/users.ts';

/** What a change of users makes old: their list, their names in choices, and how many have a profile. */
export const USERS_CHANGED: readonly string[] = [listUsers.id, listPeople.id, listProfiles.id];
