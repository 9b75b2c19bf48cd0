/** A caller on hold must not be forgotten. */
import type { CallRun } from './run.ts';
import type { HoldAlarm } from './types.ts';

/** How often a forgotten hold is told: to the agent, then to supervisors; then it may end by itself. */
const STAGES = 3;

/** A hold begins or ends. A consultation is a hold too, but no forgotten one: it has no alarm. */
export function watchHold(run: CallRun, byAgent: boolean, alarm: HoldAlarm | null): void {
  const { state, moment } = run;
  run.clearTimer('holdAlarm');
  if (!byAgent) {
    delete state.held;
    return;
  }
  state.held = { since: moment.wall, told: 0, alarm };
  if (alarm) run.setTimer('holdAlarm', alarm.afterMs);
}

/** The hold goes on, under another rule of whether it ends by itself. */
export function keepHold(run: CallRun, alarm: HoldAlarm | null): void {
  const { held } = run.state;
  if (held?.alarm && alarm) run.state.held = { ...held, alarm: { ...held.alarm, autoReturn: alarm.autoReturn } };
}

/** The time is over once more. @returns true when the caller is to come back */
export function holdForgotten(run: CallRun): boolean {
  const { held, hold } = run.state;
  if (!held?.alarm || !hold.byAgent) return false;
  const told = held.told + 1;
  run.state.held = { ...held, told };
  run.step('call.hold_forgotten', { told });
  if (told < STAGES) run.setTimer('holdAlarm', held.alarm.afterMs);
  return told === STAGES && held.alarm.autoReturn;
}
