import type { NodeOf, Run, Verb } from './verb.ts';

function record(run: Run, node: NodeOf<'voicemail'>): void {
  run.state.phase = 'recording';
  run.effects.push({ type: 'startVoicemail', maxMs: node.maxMs });
  run.setTimer('voicemailMax', node.maxMs);
}

/** Greeting, then a recording until #, the longest time, or the recorder's own end. */
export const voicemail: Verb<'voicemail'> = {
  enter(run, node) {
    if (node.prompts.length === 0) {
      record(run, node);
      return null;
    }
    run.state.phase = 'greeting';
    run.play(node.prompts);
    return null;
  },
  on(run, node, event) {
    if (run.state.phase === 'greeting') {
      if (event.type === 'playFinished') record(run, node);
      return null;
    }
    if (event.type === 'voicemailDone') return node.next;
    const stops =
      (event.type === 'digit' && event.digit === '#') || (event.type === 'timer' && event.timer === 'voicemailMax');
    if (!stops) return null;
    run.effects.push({ type: 'stopVoicemail' });
    return node.next;
  },
};
