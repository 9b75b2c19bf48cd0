import { CALLBACK_CHOICE, CALLBACK_CONFIRM, CALLBACK_INVALID, CALLBACK_NUMBER } from '../prompts.ts';
import { spellOut } from '../speak/speak.ts';
import type { IvrEvent } from '../types.ts';
import type { Run } from './verb.ts';

/** The caller is asked for the number to call back, beside the wait: an agent may take the call at any moment of it. */
type Asked =
  /** The number, as typed; null = the one the caller calls from. */
  | { number: string | null }
  /** Nothing came of it: the caller goes on waiting. */
  | 'givenUp'
  | 'asking';

const KEYS = { thisNumber: '1', anotherNumber: '2', right: '1', again: '2', end: '#', restart: '*' } as const;
const PHASE = { choice: 'callbackChoice', number: 'callbackNumber', confirm: 'callbackConfirm' } as const;
const PHASES: ReadonlySet<string> = new Set(Object.values(PHASE));
/** How long the first key is waited for, and the next ones, ms. */
const FIRST_KEY_MS = 10_000;
const NEXT_KEY_MS = 5000;
/** So often something that is no number may be typed. */
const TRIES = 3;

/**
 * Numbers of Japan's plan with area code, mobile and IP telephones: nobody types a way into the telephones inside, to emergency
 * services or abroad. What may be dialled of them, and at what cost, is the dial policy's.
 */
const NATIONAL = /^0(?!10)[1-9]\d{8,9}$/;
const LONGEST = 11;

export const asksForNumber = ({ state }: Run): boolean => PHASES.has(state.phase);

/** Begins to ask. Who has a number is asked first whether it is that one. */
export function askForNumber(run: Run): void {
  run.clearTimer('announce');
  run.state.retriesLeft = TRIES;
  if (run.facts.callerNumber === null) return askKeys(run, []);
  say(run, PHASE.choice, [CALLBACK_CHOICE]);
}

/** Works an event of the asking in. */
export function onAsking(run: Run, event: IvrEvent): Asked {
  if (event.type === 'playFinished') {
    run.setTimer('menuInput', FIRST_KEY_MS);
    return 'asking';
  }
  if (event.type === 'timer' && event.timer === 'menuInput') {
    const typed = run.state.phase === PHASE.number ? (run.state.digits ?? '') : '';
    return typed === '' ? 'givenUp' : complete(run, typed);
  }
  if (event.type !== 'digit') return 'asking';
  run.stopPlay();
  run.clearTimer('menuInput');
  return run.state.phase === PHASE.number ? typed(run, event.digit) : chosen(run, event.digit);
}

function chosen(run: Run, digit: string): Asked {
  const isChoice = run.state.phase === PHASE.choice;
  if (digit === (isChoice ? KEYS.thisNumber : KEYS.right)) return { number: isChoice ? null : (run.state.digits ?? '') };
  if (digit === (isChoice ? KEYS.anotherNumber : KEYS.again)) askKeys(run, []);
  else if (isChoice) say(run, PHASE.choice, [CALLBACK_CHOICE]);
  else confirm(run);
  return 'asking';
}

function typed(run: Run, digit: string): Asked {
  const before = run.state.digits ?? '';
  if (digit === KEYS.end) return complete(run, before);
  if (!/^\d$/.test(digit)) {
    askKeys(run, []);
    return 'asking';
  }
  run.state.digits = before + digit;
  if (run.state.digits.length >= LONGEST) return complete(run, run.state.digits);
  run.setTimer('menuInput', NEXT_KEY_MS);
  return 'asking';
}

function complete(run: Run, number: string): Asked {
  if (NATIONAL.test(number)) {
    run.state.digits = number;
    confirm(run);
    return 'asking';
  }
  run.state.retriesLeft -= 1;
  if (run.state.retriesLeft <= 0) return 'givenUp';
  askKeys(run, [CALLBACK_INVALID]);
  return 'asking';
}

const confirm = (run: Run): void => say(run, PHASE.confirm, [...spellOut('ja', { kind: 'digits', value: run.state.digits ?? '' }), CALLBACK_CONFIRM]);

function askKeys(run: Run, before: readonly string[]): void {
  run.state.digits = '';
  say(run, PHASE.number, [...before, CALLBACK_NUMBER]);
}

function say(run: Run, phase: string, prompts: readonly string[]): void {
  run.clearTimer('menuInput');
  run.state.phase = phase;
  run.play(prompts);
}
