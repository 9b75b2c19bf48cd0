import { listScoreSheets, type ScoreSheet } from '../../../../shared/api/score-sheets.ts';
import { useAll } from '../../records/use-all.ts';

/** Score sheets; a company has a handful. @param enabled false for who may not see them */
export const useSheets = (enabled = true): readonly ScoreSheet[] => useAll(listScoreSheets, { enabled }).items;

/** Those that a call can be evaluated with. */
export const useUsableSheets = (): readonly ScoreSheet[] => useSheets().filter(({ active, version }) => active && version !== null);
