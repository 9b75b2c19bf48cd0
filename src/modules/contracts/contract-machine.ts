/**
 * The contract of a tenant as a pure machine (white paper CLD.8.1.5): data is returned on request within 30 days of the end, kept for 180
 * days, then logically deleted, destroyed 30 days later, and gone from every backup 90 days after that. Days are calendar days in Japan,
 * as `YYYY-MM-DD`; day 0 is the first day without the service, so that day n begins n whole days after the end.
 */
import { conflict, invalid } from '../../lib/errors.ts';
import { addDays, daysBetween } from '../support/japan-days.ts';

/** Days after the end, or of waiting. */
export const CONTRACT_DAYS = { toReturn: 30, kept: 180, destroyed: 210, betweenDeletionAndDestruction: 30, backups: 90, afterUndo: 30 } as const;

/** `destroying`: two people have approved; what has begun is finished, whatever happens. */
export const CONTRACT_STATES = ['active', 'ended', 'logically_deleted', 'destroying', 'destroyed'] as const;
export type ContractState = (typeof CONTRACT_STATES)[number];

/** A legal hold: nothing is deleted while it lasts. */
export interface ContractHold {
  reason: string;
  /** Login ID of the operator. */
  by: string;
  on: string;
}

/** One person's approval of the destruction. */
export interface Approval {
  operatorId: string;
  loginId: string;
  reason: string;
  /** ISO 8601. */
  at: string;
}

export interface Contract {
  state: ContractState;
  /** First day without the service; null = no end is agreed. */
  endOn: string | null;
  /** Nothing is deleted before: a hold was released on this day, or a deletion undone. */
  notBefore: string | null;
  deletedOn: string | null;
  destroyedOn: string | null;
  hold: ContractHold | null;
  approvals: readonly Approval[];
}

export type ContractEvent =
  | { type: 'day' }
  | { type: 'end'; on: string }
  | { type: 'renew' }
  | { type: 'hold'; by: string; reason: string }
  | { type: 'release' }
  | { type: 'undoDeletion' }
  | { type: 'approve'; approval: Approval }
  | { type: 'destroyed' };

/** What the shell does about a change, in the transaction of the change; `destroy` begins after it. */
export type ContractEffect = 'stopService' | 'resumeService' | 'hideTenant' | 'showTenant' | 'destroy';

export interface ContractStep {
  contract: Contract;
  effects: ContractEffect[];
}

export const NEW_CONTRACT: Contract = { state: 'active', endOn: null, notBefore: null, deletedOn: null, destroyedOn: null, hold: null, approvals: [] };

const latest = (...days: (string | null)[]): string => days.reduce<string>((last, day) => (day !== null && day > last ? day : last), '');

/** The days of a contract, as they stand. */
export interface ContractDays {
  end: string;
  /** Last day on which data can be taken back. */
  returnUntil: string;
  deletion: string;
  destruction: string;
  /** No backup is older than 90 days: from this day on none is of a time with data. */
  backupsGone: string;
}

/**
 * The days that follow from a contract's end; null while none is agreed. Under a hold, deletion and destruction are the earliest days
 * possible: as if it were released today.
 * @param today in Japan
 */
export function daysOf(contract: Contract, today: string): ContractDays | null {
  const { endOn, deletedOn, destroyedOn, hold } = contract;
  if (endOn === null) return null;
  const notBefore = hold ? latest(contract.notBefore, today) : contract.notBefore;
  const deletion = deletedOn ?? latest(addDays(endOn, CONTRACT_DAYS.kept), notBefore);
  const destruction = destroyedOn ?? latest(addDays(endOn, CONTRACT_DAYS.destroyed), addDays(deletion, CONTRACT_DAYS.betweenDeletionAndDestruction), notBefore);
  return { end: endOn, returnUntil: addDays(endOn, CONTRACT_DAYS.toReturn), deletion, destruction, backupsGone: addDays(destruction, CONTRACT_DAYS.backups) };
}

const notNow = (message: string): Error => conflict('contract_not_possible', message);

const stay = (contract: Contract): ContractStep => ({ contract, effects: [] });

function onDay(contract: Contract, today: string): ContractStep {
  const days = daysOf(contract, today);
  if (!days) return stay(contract);
  if (contract.state === 'active' && today >= days.end) {
    const after = onDay({ ...contract, state: 'ended' }, today);
    return { contract: after.contract, effects: ['stopService', ...after.effects] };
  }
  if (contract.state === 'ended' && !contract.hold && today >= days.deletion) {
    return { contract: { ...contract, state: 'logically_deleted', deletedOn: today }, effects: ['hideTenant'] };
  }
  return stay(contract);
}

function end(contract: Contract, on: string, today: string): ContractStep {
  if (contract.state !== 'active') throw notNow('This contract has ended already.');
  if (on < today) throw invalid('A contract ends today or later: days that are over would be missing in what is promised after the end.');
  return onDay({ ...contract, endOn: on, notBefore: null }, today);
}

function renew(contract: Contract): ContractStep {
  if (contract.endOn === null) throw notNow('No end is agreed for this contract.');
  if (contract.state !== 'active' && contract.state !== 'ended') throw notNow('This tenant has been deleted; undo the deletion first, while nothing is destroyed.');
  return { contract: { ...contract, state: 'active', endOn: null, notBefore: null }, effects: contract.state === 'ended' ? ['resumeService'] : [] };
}

/** From the second approval on nothing stops it any more. */
const demandUndestroyed = ({ state }: Contract): void => {
  if (state === 'destroying' || state === 'destroyed') throw notNow('The destruction of this tenant has begun; it cannot be taken back.');
};

function hold(contract: Contract, { by, reason }: { by: string; reason: string }, today: string): ContractStep {
  demandUndestroyed(contract);
  if (contract.hold) throw notNow('This contract is under a legal hold already.');
  return stay({ ...contract, hold: { by, reason, on: today }, approvals: [] });
}

function release(contract: Contract, today: string): ContractStep {
  if (!contract.hold) throw notNow('This contract is under no legal hold.');
  return stay({ ...contract, hold: null, notBefore: latest(contract.notBefore, today) });
}

function undoDeletion(contract: Contract, today: string): ContractStep {
  demandUndestroyed(contract);
  if (contract.state !== 'logically_deleted') throw notNow('This tenant has not been deleted.');
  const notBefore = latest(contract.notBefore, addDays(today, CONTRACT_DAYS.afterUndo));
  return { contract: { ...contract, state: 'ended', deletedOn: null, notBefore, approvals: [] }, effects: ['showTenant'] };
}

function approve(contract: Contract, approval: Approval, today: string): ContractStep {
  demandUndestroyed(contract);
  if (contract.hold) throw conflict('legal_hold', 'This contract is under a legal hold: release it first.');
  const days = daysOf(contract, today);
  if (contract.state !== 'logically_deleted' || !days) throw notNow('Only a tenant that has been deleted can be destroyed.');
  if (today < days.destruction) throw conflict('destruction_too_early', `The data of this tenant is kept until ${days.destruction}.`);
  if (contract.approvals.some(({ operatorId }) => operatorId === approval.operatorId)) {
    throw conflict('second_person_needed', 'You have approved this already; another operator has to approve it too.');
  }
  const approvals = [...contract.approvals, approval];
  return approvals.length < 2 ? stay({ ...contract, approvals }) : { contract: { ...contract, approvals, state: 'destroying' }, effects: ['destroy'] };
}

/**
 * Takes one event.
 * @param today the day in Japan on which it happens
 * @throws AppError `contract_not_possible`, `invalid`, `legal_hold`, `destruction_too_early`, `second_person_needed`
 */
export function contractStep(contract: Contract, event: ContractEvent, today: string): ContractStep {
  switch (event.type) {
    case 'day':
      return onDay(contract, today);
    case 'end':
      return end(contract, event.on, today);
    case 'renew':
      return renew(contract);
    case 'hold':
      return hold(contract, event, today);
    case 'release':
      return release(contract, today);
    case 'undoDeletion':
      return undoDeletion(contract, today);
    case 'approve':
      return approve(contract, event.approval, today);
    case 'destroyed': {
      if (contract.state !== 'destroying') throw notNow('Nobody approved this destruction.');
      return stay({ ...contract, state: 'destroyed', destroyedOn: today });
    }
  }
}

export const MILESTONES = ['end', 'returnUntil', 'deletion', 'destruction', 'backupsGone'] as const;
export type Milestone = (typeof MILESTONES)[number];

export interface TimelineEntry {
  milestone: Milestone;
  day: string;
  /** What the day brings has happened. */
  done: boolean;
  /** A legal hold keeps it from happening: the day is the earliest possible. */
  held: boolean;
}

const AFTER: Readonly<Record<ContractState, number>> = { active: 0, ended: 1, logically_deleted: 2, destroying: 3, destroyed: 4 };

/** The days of a contract in order; empty while no end is agreed. */
export function timelineOf(contract: Contract, today: string): TimelineEntry[] {
  const days = daysOf(contract, today);
  if (!days) return [];
  const at = AFTER[contract.state];
  const done: Record<Milestone, boolean> = {
    end: at >= 1,
    returnUntil: at >= 1 && today > days.returnUntil,
    deletion: at >= 2,
    destruction: at >= 4,
    backupsGone: at >= 4 && today >= days.backupsGone,
  };
  const isStopped = (milestone: Milestone): boolean => contract.hold !== null && !done[milestone] && milestone !== 'end' && milestone !== 'returnUntil';
  return MILESTONES.map((milestone) => ({ milestone, day: days[milestone], done: done[milestone], held: isStopped(milestone) }));
}

/** Whole days by which a destruction is late; 0 when none is. A hold is no delay. */
export function daysOverdue(contract: Contract, today: string): number {
  const days = daysOf(contract, today);
  if (!days || contract.hold || (contract.state !== 'logically_deleted' && contract.state !== 'destroying')) return 0;
  return Math.max(0, daysBetween(days.destruction, today));
}

/** Who is reminded of what. */
export interface ReminderPlan {
  /** So many days before each day, the nearest first. */
  before: Readonly<Partial<Record<Milestone, readonly number[]>>>;
  /** A destruction that is late is said again every week. */
  repeatsLate: boolean;
}

const AHEAD = [1, 7, 30] as const;
const OPERATOR_PLAN: ReminderPlan = { before: { end: AHEAD, returnUntil: AHEAD, deletion: AHEAD, destruction: AHEAD, backupsGone: AHEAD }, repeatsLate: true };

export interface Reminder {
  /** Once for each. */
  key: string;
  milestone: Milestone;
  day: string;
  /** Days from now; negative: it is late by so many. */
  daysLeft: number;
}

/**
 * What has to be said today. A day on which nobody looked is made up for by the nearest reminder only.
 * @param said keys of what was said before
 */
export function remindersOf(contract: Contract, today: string, said: ReadonlySet<string>, plan = OPERATOR_PLAN): Reminder[] {
  const found: Reminder[] = [];
  for (const { milestone, day, done, held } of timelineOf(contract, today)) {
    if (done || held) continue;
    const daysLeft = daysBetween(today, day);
    const level = plan.before[milestone]?.find((before) => daysLeft >= 0 && daysLeft <= before);
    const late = plan.repeatsLate && milestone === 'destruction' && daysLeft < 0 ? `late-${Math.floor((-daysLeft - 1) / 7)}` : null;
    const mark = late ?? level;
    if (mark === undefined) continue;
    const key = `${milestone}/${day}/${mark}`;
    if (!said.has(key)) found.push({ key, milestone, day, daysLeft });
  }
  return found;
}
