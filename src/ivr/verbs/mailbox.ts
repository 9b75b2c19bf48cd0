import { localTime } from '../../../shared/flow/open-hours.ts';
import { messageSound } from '../prompts.ts';
import { spellOut } from '../speak/speak.ts';
import type { IvrEvent, LookupResult, MailboxState } from '../types.ts';
import type { Next, NodeOf, Run, Verb } from './verb.ts';

type Node = NodeOf<'mailbox'>;

/** Wrong entries in one call before it is sent on; the box itself counts over all calls. */
const TRIES = 3;
const FIRST_KEY_MS = 8000;
const BETWEEN_KEYS_MS = 4000;
const LONGEST_ENTRY = 10;
/** How long the database may take, ms. */
const PATIENCE_MS = 10_000;
/** How often the choices are said again to somebody who presses nothing. */
const REMINDERS = 1;

const mailOf = (run: Run): MailboxState => run.state.mailbox ?? { number: '', box: '', tries: TRIES, messages: [], index: 0, step: 1 };

function keep(run: Run, part: Partial<MailboxState>): void {
  run.state.mailbox = { ...mailOf(run), ...part };
}

/** Says something in this phase, replacing what is said at the moment. */
function say(run: Run, phase: string, sounds: readonly string[]): null {
  run.clearTimer('menuInput');
  run.clearTimer('lookup');
  run.stopPlay();
  run.state.phase = phase;
  run.play(sounds);
  return null;
}

function askFor(run: Run, { language }: Node, what: 'number' | 'pin', before: readonly string[] = []): null {
  run.state.digits = '';
  return say(run, what, [...before, `${language}/mailbox-${what}`]);
}

function lookUp(run: Run, phase: string, query: Parameters<Run['lookUp']>[0]): null {
  run.clearTimer('menuInput');
  run.stopPlay();
  run.state.phase = phase;
  run.lookUp(query, PATIENCE_MS);
  return null;
}

const leave = (run: Run, { language }: Node, sound: string): null => say(run, 'leaving', [`${language}/${sound}`]);

/** A number or PIN is complete. */
function entered(run: Run, node: Node): Next {
  const digits = run.state.digits ?? '';
  if (digits === '') return leave(run, node, 'goodbye');
  run.state.digits = '';
  if (run.state.phase === 'number') {
    keep(run, { number: digits });
    return askFor(run, node, 'pin');
  }
  return lookUp(run, 'opening', { kind: 'openMailbox', number: mailOf(run).number, pin: digits });
}

function onEntry(run: Run, node: Node, event: IvrEvent): Next {
  if (event.type === 'timer') return entered(run, node);
  if (event.type === 'playFinished') run.setTimer('menuInput', FIRST_KEY_MS);
  if (event.type !== 'digit') return null;
  if (event.digit === '#') return entered(run, node);
  if (event.digit === '*') return askFor(run, node, run.state.phase === 'pin' ? 'pin' : 'number');
  run.stopPlay();
  run.state.digits = `${run.state.digits ?? ''}${event.digit}`.slice(0, LONGEST_ENTRY);
  run.setTimer('menuInput', BETWEEN_KEYS_MS);
  return null;
}

function opened(run: Run, node: Node, result: Extract<LookupResult, { kind: 'openMailbox' }>): Next {
  const { language } = node;
  run.trace('mailbox', result.outcome);
  if (result.outcome === 'locked') return leave(run, node, 'mailbox-locked');
  if (result.outcome === 'failed') return leave(run, node, 'mailbox-failed');
  if (result.outcome !== 'open') {
    const tries = mailOf(run).tries - 1;
    keep(run, { tries });
    return tries > 0 ? askFor(run, node, 'number', [`${language}/mailbox-wrong`]) : leave(run, node, 'goodbye');
  }
  keep(run, { box: result.box, messages: result.messages, index: 0, step: 1 });
  const { length } = result.messages;
  if (length === 0) return leave(run, node, 'mailbox-none');
  return say(run, 'intro', [...spellOut(language, { kind: 'number', value: length }), `${language}/mailbox-count`]);
}

/** Opens the message at this place, or says that there are no more. Before the first one is the first one. */
function fetch(run: Run, node: Node, place: number, step: MailboxState['step'] = 1): Next {
  const { box, messages } = mailOf(run);
  const index = Math.max(0, place);
  const message = messages[index];
  if (!message) return leave(run, node, 'mailbox-end');
  keep(run, { index, step: place < 0 ? 1 : step });
  run.state.retriesLeft = REMINDERS;
  return lookUp(run, 'fetching', { kind: 'mailboxMessage', box, recording: message.id, action: 'play' });
}

/** When it was left, the message, and what can be done with it. */
function present(run: Run, { language }: Node): null {
  const { messages, index } = mailOf(run);
  const message = messages[index];
  if (!message) return null;
  const { date, minute } = localTime('Asia/Tokyo', message.at);
  const [, month = 1, day = 1] = date.split('-').map(Number);
  const when = [
    ...spellOut(language, { kind: 'date', year: null, month, day, weekday: null }),
    ...spellOut(language, { kind: 'time', hour: Math.floor(minute / 60), minute: minute % 60 }),
  ];
  return say(run, 'message', [...when, 'tones/pause', messageSound(message.id), 'tones/pause', `${language}/mailbox-menu`]);
}

function chosen(run: Run, node: Node, digit: string): Next {
  const { box, messages, index } = mailOf(run);
  const { id } = messages[index] ?? {};
  switch (digit) {
    case '1':
      return fetch(run, node, index);
    case '7':
      return id === undefined ? null : lookUp(run, 'deleting', { kind: 'mailboxMessage', box, recording: id, action: 'delete' });
    case '9':
      return say(run, 'between', [`${node.language}/mailbox-saved`]);
    case '#':
      return fetch(run, node, index + 1);
    case '*':
      return fetch(run, node, index - 1, -1);
    default:
      return null;
  }
}

function onMessage(run: Run, node: Node, event: IvrEvent): Next {
  if (event.type === 'digit') return chosen(run, node, event.digit);
  if (event.type === 'playFinished') run.setTimer('menuInput', FIRST_KEY_MS);
  if (event.type !== 'timer') return null;
  if (run.state.retriesLeft <= 0) return leave(run, node, 'goodbye');
  run.state.retriesLeft -= 1;
  return say(run, 'message', [`${node.language}/mailbox-menu`]);
}

/** The database does not answer: said as what it is, not as a wrong PIN or a message that is gone. */
function failed(run: Run, node: Node): Next {
  run.trace('mailbox', 'failed');
  return leave(run, node, 'mailbox-failed');
}

/** Something that was asked for is there, or will not come. */
function onAnswer(run: Run, node: Node, event: IvrEvent): Next {
  if (event.type === 'timer') return run.state.phase === 'own' ? askFor(run, node, 'number') : failed(run, node);
  if (event.type !== 'lookedUp' || event.request !== run.state.request) return null;
  run.clearTimer('lookup');
  const { result } = event;
  if (result.kind === 'mailboxOf') {
    if (result.number === null) return askFor(run, node, 'number');
    keep(run, { number: result.number });
    return askFor(run, node, 'pin');
  }
  if (result.kind === 'openMailbox') return opened(run, node, result);
  if (result.kind !== 'mailboxMessage') return null;
  if (result.failed) return failed(run, node);
  const { index, step } = mailOf(run);
  // A message that is not there any more is passed over, whichever way the caller goes.
  if (run.state.phase !== 'deleting') return result.done ? present(run, node) : fetch(run, node, index + step, step);
  return result.done ? say(run, 'between', [`${node.language}/mailbox-deleted`]) : fetch(run, node, index + 1);
}

/**
 * Somebody listens to a voicemail box: its number (a telephone with a box of its own need not say it), the PIN, then message by
 * message, the newest first: 7 deletes, 9 keeps, 1 plays again, # goes on, * goes back.
 */
export const mailbox: Verb<'mailbox'> = {
  enter(run) {
    delete run.state.mailbox;
    return lookUp(run, 'own', { kind: 'mailboxOf', telephone: run.facts.callerNumber ?? '' });
  },
  on(run, node, event) {
    switch (run.state.phase) {
      case 'number':
      case 'pin':
        return onEntry(run, node, event);
      case 'intro':
        return event.type === 'playFinished' || event.type === 'digit' ? fetch(run, node, 0) : null;
      case 'message':
        return onMessage(run, node, event);
      case 'between':
        return event.type === 'playFinished' || event.type === 'digit' ? fetch(run, node, mailOf(run).index + 1) : null;
      case 'leaving':
        return event.type === 'playFinished' ? node.next : null;
      default:
        return onAnswer(run, node, event);
    }
  },
};
