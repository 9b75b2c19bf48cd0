import { HOLD_MUSIC, positionPrompts, QUEUE_CALLBACK, QUEUE_ENTER, QUEUE_WAIT, waitPrompts } from '../prompts.ts';
import type { IvrEvent, QueueExit } from '../types.ts';
import { askForNumber, asksForNumber, onAsking } from './callback-number.ts';
import type { Next, NodeOf, Run, Verb } from './verb.ts';

/** What a caller presses to be called back, as the announcement says. */
const CALLBACK_KEY = '1';

/** The emergency switch closes the queue, so the way for closed ones does for it too. */
const exitOf = ({ exits }: NodeOf<'queue'>, reason: QueueExit): string | undefined => exits?.[reason] ?? (reason === 'emergency' ? exits?.closed : undefined);

/** Music until the next announcement. */
function music(run: Run, node: NodeOf<'queue'>): void {
  run.state.phase = 'music';
  run.play([HOLD_MUSIC], true);
  if (node.announceEveryMs > 0) run.setTimer('announce', node.announceEveryMs);
}

/** The position, and the wait to expect where something honest can be said. */
function announcement(run: Run, node: NodeOf<'queue'>, when: 'entering' | 'again', at: number): string[] {
  const { position, expected } = run.state;
  return [...positionPrompts(position, when), ...(expected ? waitPrompts(expected.low - at, expected.high - at) : []), ...(callbackExit(run, node) ? [QUEUE_CALLBACK] : [])];
}

/** Where the flow goes on with whoever is called back; none where that is not offered, or no number could be called. */
const callbackExit = ({ facts }: Run, { exits, askCallbackNumber }: NodeOf<'queue'>): string | undefined => (facts.callerNumber !== null || askCallbackNumber ? exits?.callback : undefined);

function callBack(run: Run, to: string, number: string | null): Next {
  run.effects.push({ type: 'callback', number });
  run.trace('queue', number === null ? 'callback' : `callback ${number}`);
  return to;
}

/** Keys and times of the question for the number to call back; back to the music when nothing comes of it. */
function asking(run: Run, node: NodeOf<'queue'>, event: IvrEvent): Next {
  const asked = onAsking(run, event);
  const to = callbackExit(run, node);
  if (asked === 'givenUp' || !to) music(run, node);
  else if (asked !== 'asking') return callBack(run, to, asked.number);
  return null;
}

/**
 * Waits for an agent: greeting and position, then music broken by announcements. The shell ends the flow with `leaveFlow` when an
 * agent takes the call; after `maxWaitMs` (0 = no limit) the call leaves the queue by `overflow`.
 */
export const queue: Verb<'queue'> = {
  enter(run, node) {
    run.state.phase = 'enter';
    run.state.position = 0;
    run.state.expected = undefined;
    run.effects.push({
      type: 'enqueue',
      queue: node.queue,
      priority: node.priority,
      requiredSkills: node.requiredSkills,
      ...(node.script && { script: node.script }),
    });
    if (node.maxWaitMs > 0) run.setTimer('maxWait', node.maxWaitMs);
    run.play([QUEUE_ENTER]);
    return null;
  },
  on(run, node, event) {
    switch (event.type) {
      case 'position':
        run.state.position = event.position;
        run.state.expected = event.wait && { low: event.at + event.wait.lowMs, high: event.at + event.wait.highMs };
        return null;
      case 'playFinished': {
        if (asksForNumber(run)) return asking(run, node, event);
        // Music that ends was not playable; starting it again would be a tight loop.
        if (run.state.phase === 'music') return null;
        const position = run.state.phase === 'enter' ? announcement(run, node, 'entering', event.at) : [];
        if (position.length === 0) {
          music(run, node);
          return null;
        }
        run.state.phase = 'announcement';
        run.play(position);
        return null;
      }
      case 'timer':
        if (event.timer === 'maxWait') {
          run.effects.push({ type: 'dequeue' });
          run.trace('queue', 'overflow');
          return exitOf(node, 'wait') ?? node.overflow;
        }
        if (event.timer === 'menuInput') return asking(run, node, event);
        if (event.timer === 'announce') {
          run.state.phase = 'announcement';
          run.play([...announcement(run, node, 'again', event.at), QUEUE_WAIT]);
        }
        return null;
      case 'digit': {
        if (asksForNumber(run)) return asking(run, node, event);
        const to = callbackExit(run, node);
        if (event.digit !== CALLBACK_KEY || !to) return null;
        if (!node.askCallbackNumber) return callBack(run, to, null);
        askForNumber(run);
        return null;
      }
      case 'unroutable':
        run.trace('queue', event.reason ?? 'unroutable');
        return (event.reason && exitOf(node, event.reason)) ?? node.overflow;
      default:
        return null;
    }
  },
};
