import { finish, finishClosing } from '../end.ts';
import { closeRecording } from '../recording.ts';
import type { CallRun } from '../run.ts';
import type { CallEvent } from '../types.ts';

/** ending: the record is complete; only the recording is still being closed. */
export function onEnding(run: CallRun, event: CallEvent): void {
  const { recording } = run.state;
  switch (event.type) {
    case 'mediaDone':
      if (event.command !== 'stopRecording') return;
      closeRecording(run, event.args.recording, event.result);
      break;
    case 'mediaFailed':
      if (event.command === 'stopRecording') finishClosing(run);
      return;
    case 'media':
      if (event.event.event !== 'recordingFailed' || !recording) return;
      closeRecording(run, event.event.recording, null);
      break;
    case 'timer':
      if (event.timer === 'closing') finishClosing(run);
      return;
    case 'connect':
      // The agent took the call in the moment in which it ended.
      run.acd({ type: 'released', agentId: event.agentId, callId: run.state.id });
      return;
    default:
      return;
  }
  if (!run.state.recording) finish(run);
}
