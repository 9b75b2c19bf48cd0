import { listProfiles, type Profile } from '../../../../shared/api/profiles.ts';
import { useSession } from '../../lib/session.ts';
import { useAll } from '../../records/use-all.ts';

/** The profiles of the tenant, presets first. */
export function useProfiles() {
  const { items, ...state } = useAll<Profile>(listProfiles);
  return { ...state, profiles: items.toSorted((a, b) => Number(b.preset) - Number(a.preset)) };
}

/** Whether the logged-in user may do everything that a profile may: only such profiles can be given. */
export function useCovers(): (profile: Pick<Profile, 'permissions'>) => boolean {
  const { can } = useSession();
  return ({ permissions }) => permissions.every(can);
}
