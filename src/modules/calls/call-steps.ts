import type { TenantVault } from '../../db/types.ts';
import { callEventPlace } from './call-content.ts';

/** One step of a call's history. */
export interface HistoryStep {
  /** 1, 2, 3 … in the call. */
  seq: number;
  /** Ms since the epoch. */
  atWall: number;
  type: string;
  detail: Record<string, unknown>;
}

/** A row of `call_events`: one step, or the steps of a call that were committed together. */
export interface StepRow {
  /** Of the first step. */
  seq: number;
  atWall: number;
  type: string;
  sealed: Buffer;
}

/** The type of a row that holds several steps. */
const SEVERAL = 'steps';

/** @param steps of one call in order; at least one */
export function sealSteps(vault: TenantVault, callId: string, steps: readonly HistoryStep[]): StepRow {
  const [first] = steps;
  if (!first) throw new Error('a row holds at least one step');
  const { seq, atWall, type, detail } = first;
  const place = callEventPlace(callId, seq);
  if (steps.length === 1) return { seq, atWall, type, sealed: vault.seal(place, detail) };
  return { seq, atWall, type: SEVERAL, sealed: vault.seal(place, steps) };
}

/** The steps of a row, in order. @throws AppError when the sealed bytes were changed or moved */
export function openSteps(vault: TenantVault, callId: string, { seq, atWall, type, sealed }: StepRow): HistoryStep[] {
  const place = callEventPlace(callId, seq);
  if (type === SEVERAL) return vault.open<HistoryStep[]>(place, sealed);
  return [{ seq, atWall, type, detail: vault.open<Record<string, unknown>>(place, sealed) }];
}
