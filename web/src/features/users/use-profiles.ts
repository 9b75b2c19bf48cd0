import { useQuery } from '@tanstack/react-query';
import { listProfiles, type Profile } from '../../../../shared/api/profiles.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';

/** All pages; a tenant has some dozen profiles. */
async function everyProfile(signal: AbortSignal): Promise<Profile[]> {
  const found: Profile[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Profile[]; nextCursor: string | null } = await call(listProfiles, { query: { limit: 200, ...(cursor !== null && { cursor }) } }, signal);
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

/** The profiles of the tenant, presets first. */
export const useProfiles = () =>
  useQuery({
    queryKey: [listProfiles.id, 'all'],
    queryFn: ({ signal }) => everyProfile(signal),
    select: (profiles) => profiles.toSorted((a, b) => Number(b.preset) - Number(a.preset)),
  });

/** Whether the logged-in user may do everything that a profile may: only such profiles can be given. */
export function useCovers(): (profile: Pick<Profile, 'permissions'>) => boolean {
  const { can } = useSession();
  return ({ permissions }) => permissions.every(can);
}
