import { useQuery } from '@tanstack/react-query';
import { listScoreSheets, type ScoreSheet } from '../../../../shared/api/score-sheets.ts';
import { call } from '../../lib/api.ts';

/** Score sheets; a company has a handful. @param enabled false for who may not see them */
export function useSheets(enabled = true): readonly ScoreSheet[] {
  const { data } = useQuery({ queryKey: [listScoreSheets.id, 'all'], queryFn: ({ signal }) => call(listScoreSheets, { query: { limit: 200 } }, signal), staleTime: 60_000, enabled });
  return data?.items ?? [];
}

/** Those that a call can be evaluated with. */
export const useUsableSheets = (): readonly ScoreSheet[] => useSheets().filter(({ active, version }) => active && version !== null);
