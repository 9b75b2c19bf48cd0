import type { DialOutcome } from '../../ivr/types.ts';
import { answerCaller, refuse } from '../caller-answer.ts';
import { feed } from '../flow.ts';
import { releaseAgent } from '../leaving.ts';
import type { PartyPart } from '../party.ts';
import { stopRecording } from '../recording.ts';
import type { CallRun } from '../run.ts';

/** Somebody is there and does not want to, or not now (RFC 3261 sections 21.4.24, 21.6.1, 21.6.2). */
const BUSY: ReadonlySet<number> = new Set([486, 600, 603]);

/** What the flow is told about a number that did not answer. */
export const outcomeOfParty = ({ stage, refusal }: PartyPart): DialOutcome =>
  // Never rung: there was no leave, or no line.
  stage === 'locating' ? 'refused' : BUSY.has(refusal) ? 'busy' : 'failed';

/**
 * The number that the flow dialled is out of the call: the flow goes on.
 * @param status for a caller who was not answered yet and whose flow would only hang up
 */
export function dialOver(run: CallRun, outcome: DialOutcome, status = 480): void {
  const { state } = run;
  run.stopPlay();
  if (state.far.sip?.state === 'early' && !answered(run, outcome, status)) return;
  state.connecting = null;
  state.dial = null;
  run.setPhase('ivr');
  if (state.agent) releaseAgent(run, 'hung up');
  if (state.recording?.kind === 'call') stopRecording(run);
  feed(run, { type: 'dialDone', outcome });
}

/** @returns false when the call has ended instead */
function answered(run: CallRun, outcome: DialOutcome, status: number): boolean {
  const { flow, far } = run.state;
  const node = flow?.definition.nodes[flow.state.node];
  const next = node?.verb === 'dial' ? flow?.definition.nodes[node[outcome]] : undefined;
  if (next?.verb === 'hangup' || !far.sip?.local) {
    refuse(run, status, `dial_${outcome}`);
    return false;
  }
  return answerCaller(run, far.sip, far.sip.local);
}
