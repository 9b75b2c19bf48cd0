import { messageSound } from '../prompts.ts';
import type { IvrEvent } from '../types.ts';
import type { Next, NodeOf, Run, Verb } from './verb.ts';

type Node = NodeOf<'voicemail'>;

const BEEP = 'ja/beep';
/** How long the recorder may take to close a message, and a message to be opened, ms. */
const PATIENCE_MS = 10_000;
/** How long the caller may think about a message, ms; then it is kept. */
const REVIEW_MS = 8000;

function record(run: Run, node: Node): void {
  const { maxMs, box, silenceMs } = node;
  run.state.phase = 'recording';
  run.effects.push({ type: 'startVoicemail', maxMs, ...(box && { box }), ...(silenceMs && { silenceMs }) });
  run.setTimer('voicemailMax', maxMs);
}

function greet(run: Run, node: Node, prompts: readonly string[]): void {
  const sounds = node.beep ? [...prompts, BEEP] : prompts;
  if (sounds.length === 0) return record(run, node);
  run.state.phase = 'greeting';
  run.play(sounds);
}

/** Ends the message; who may think about it waits until it is on the disk. */
function complete(run: Run, node: Node): Next {
  run.effects.push({ type: 'stopVoicemail' });
  if ((node.reviewPrompts ?? []).length === 0) return node.next;
  run.clearTimer('voicemailMax');
  run.state.phase = 'closing';
  run.setTimer('menuInput', PATIENCE_MS);
  return null;
}

function review(run: Run, node: Node): void {
  run.clearTimer('menuInput');
  run.state.phase = 'review';
  run.play(node.reviewPrompts ?? []);
}

function onRecording(run: Run, node: Node, event: IvrEvent): Next {
  if (event.type === 'voicemailDone') return node.next;
  const isEnd = event.type === 'voicemailSilent' || (event.type === 'digit' && event.digit === '#') || (event.type === 'timer' && event.timer === 'voicemailMax');
  return isEnd ? complete(run, node) : null;
}

function chosen(run: Run, node: Node, digit: string): Next {
  const { message } = run.state;
  if (message === undefined || digit === '1' || digit === '#') return node.next;
  if (digit === '2') {
    run.stopPlay();
    run.clearTimer('menuInput');
    run.state.phase = 'opening';
    run.lookUp({ kind: 'ownMessage', recording: message }, PATIENCE_MS);
  } else if (digit === '3') {
    run.stopPlay();
    run.clearTimer('menuInput');
    run.trace('voicemail', 'recorded again');
    run.effects.push({ type: 'discardVoicemail', recording: message });
    delete run.state.message;
    greet(run, { ...node, beep: true }, []);
  }
  return null;
}

/** The caller thinks about the message, or hears it. */
function onReview(run: Run, node: Node, event: IvrEvent): Next {
  if (event.type === 'digit') return chosen(run, node, event.digit);
  if (event.type === 'timer') return node.next;
  if (event.type !== 'playFinished') return null;
  if (run.state.phase === 'playing') review(run, node);
  else run.setTimer('menuInput', REVIEW_MS);
  return null;
}

function onOpening(run: Run, node: Node, event: IvrEvent): Next {
  if (event.type === 'timer') {
    review(run, node);
    return null;
  }
  if (event.type !== 'lookedUp' || event.request !== run.state.request || event.result.kind !== 'ownMessage') return null;
  run.clearTimer('lookup');
  if (!event.result.found || run.state.message === undefined) {
    review(run, node);
    return null;
  }
  run.state.phase = 'playing';
  run.play([messageSound(run.state.message)]);
  return null;
}

/**
 * Greeting, then a recording until #, a silence, the longest time, or the recorder's own end. Where the node asks for it, the
 * caller then keeps the message, hears it or records it again; who says nothing, or hangs up, keeps it.
 */
export const voicemail: Verb<'voicemail'> = {
  enter(run, node) {
    delete run.state.message;
    greet(run, node, node.prompts);
    return null;
  },
  on(run, node, event) {
    switch (run.state.phase) {
      case 'greeting':
        if (event.type === 'playFinished') record(run, node);
        return null;
      case 'recording':
        return onRecording(run, node, event);
      case 'closing':
        if (event.type === 'timer') return node.next;
        if (event.type !== 'voicemailDone') return null;
        if (event.recording === undefined) return node.next;
        run.state.message = event.recording;
        review(run, node);
        return null;
      case 'opening':
        return onOpening(run, node, event);
      default:
        return onReview(run, node, event);
    }
  },
};
