import type { HealthProblem } from '../acd/types.ts';
import type { ServerMessage } from '../../shared/events.ts';

/** The socket behind a desk; implemented in src/realtime. */
export interface DeskSink {
  send(message: ServerMessage): void;
  /** Says goodbye and closes. */
  close(reason: 'session_ended' | 'taken_over' | 'shutting_down'): void;
}

/** What the agent's browser measures. */
export interface DeskHealth {
  microphone: 'ok' | 'refused' | 'missing' | 'muted';
  roundTripMs: number | null;
  lossPercent: number | null;
}

/** The persistent audio connection of a browser. */
export interface Line {
  endpoint: string;
  state: 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
  /** Audio really arrives; true until the media process says otherwise. */
  receiving: boolean;
}

/** One agent's workplace in a browser. */
export interface Desk {
  agentId: string;
  sink: DeskSink | null;
  line: Line | null;
  health: DeskHealth;
  /** It reported before and does not answer any more: browsers stop pages that nobody looks at, but not their sockets. */
  asleep: boolean;
  cancelGrace: () => void;
  cancelWatch: () => void;
}

/** Beyond these, people no longer understand each other. */
const WORST_LOSS_PERCENT = 15;
const WORST_ROUND_TRIP_MS = 1200;

/** Why the desk must not be offered calls; pure. */
export function problemsOf(desk: Pick<Desk, 'sink' | 'line' | 'health' | 'asleep'>): HealthProblem[] {
  if (!desk.sink) return ['disconnected'];
  const problems: HealthProblem[] = [];
  const { microphone, roundTripMs, lossPercent } = desk.health;
  if (microphone !== 'ok') problems.push('microphone');
  if ((lossPercent ?? 0) > WORST_LOSS_PERCENT || (roundTripMs ?? 0) > WORST_ROUND_TRIP_MS) problems.push('network');
  if (desk.line?.state !== 'connected' || !desk.line.receiving) problems.push('media');
  if (desk.asleep) problems.push('tab');
  return problems;
}
