import { listProfiles, type Profile } from '../../../../shared/api/profiles.ts';
import { useSession } from '../../lib/session.ts';
import { useAll } from '../../records/use-all.ts';

/** Presets first, of them the administrators'; then those of the tenant's own making, oldest first. */
const rankOf = ({ preset, code }: Profile): number => (preset ? (code === 'SV' ? 0 : 1) : 2);

/** The profiles of the tenant. */
export function useProfiles() {
  const { items, ...state } = useAll<Profile>(listProfiles);
  return { ...state, profiles: items.toSorted((a, b) => rankOf(a) - rankOf(b)) };
}

/** Whether the logged-in user may do everything that a profile may: only such profiles can be given. */
export function useCovers(): (profile: Pick<Profile, 'permissions'>) => boolean {
  const { can } = useSession();
  return ({ permissions }) => permissions.every(can);
}
