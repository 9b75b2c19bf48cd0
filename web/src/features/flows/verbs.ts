import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  IconArrowBack,
  IconArrowForwardUp,
  IconArrowsSplit2,
  IconCalendarEvent,
  IconClockHour9,
  IconCloudSearch,
  IconDialpad,
  IconEyeOff,
  IconHeadset,
  IconListNumbers,
  IconMailbox,
  IconMicrophone,
  IconPhoneCall,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconRepeat,
  IconSpeakerphone,
  IconSubtask,
  IconUserSearch,
  IconVariable,
  IconVolume,
  IconWriting,
} from '@tabler/icons-react';
import type { FlowNode, FlowVerb } from '../../../../shared/flow/nodes.ts';

export interface VerbInfo {
  label: MessageDescriptor;
  hint: MessageDescriptor;
  icon: typeof IconHeadset;
  /** Mantine colour of the icon. */
  color: string;
  group: 'sound' | 'input' | 'decide' | 'lookUp' | 'leave';
  make: () => FlowNode;
}

const ASKING = { prompts: [], timeoutMs: 7000, retries: 2, invalidPrompts: ['ja/menu-invalid'], timeoutPrompts: ['ja/menu-timeout'] };
const office = [
  { fromMinute: 540, toMinute: 720 },
  { fromMinute: 780, toMinute: 1080 },
];
const HOURS = { timeZone: 'Asia/Tokyo', days: { 1: office, 2: office, 3: office, 4: office, 5: office }, holidays: 'closed' as const };

/** Every verb as the editor offers it, in the order of the palette. */
export const VERBS: { readonly [Verb in FlowVerb]: VerbInfo } = {
  play: { label: msg`Play sounds`, hint: msg`Plays sounds to the end`, icon: IconVolume, color: 'navy', group: 'sound', make: () => ({ verb: 'play', prompts: [], next: '' }) },
  say: { label: msg`Say`, hint: msg`Reads out numbers, dates, amounts and text`, icon: IconSpeakerphone, color: 'navy', group: 'sound', make: () => ({ verb: 'say', language: 'ja', parts: [], next: '' }) },
  answer: { label: msg`Answer`, hint: msg`Picks up, where the steps before did not need to`, icon: IconPhoneCall, color: 'navy', group: 'sound', make: () => ({ verb: 'answer', next: '' }) },
  menu: { label: msg`Menu`, hint: msg`One key chooses where to go`, icon: IconListNumbers, color: 'teal', group: 'input', make: () => ({ verb: 'menu', ...ASKING, choices: { 1: '' }, otherwise: '' }) },
  collect: {
    label: msg`Collect digits`,
    hint: msg`Several digits into a variable`,
    icon: IconDialpad,
    color: 'teal',
    group: 'input',
    make: () => ({ verb: 'collect', ...ASKING, variable: 'digits', minDigits: 1, maxDigits: 10, terminator: '#', masked: false, next: '', otherwise: '' }),
  },
  consent: {
    label: msg`Consent to recording`,
    hint: msg`Asks whether the call may be recorded`,
    icon: IconMicrophone,
    color: 'teal',
    group: 'input',
    make: () => ({ verb: 'consent', ...ASKING, prompts: ['ja/recording-notice'], yesKey: '1', noKey: '2', granted: '', declined: '' }),
  },
  hours: { label: msg`Open hours`, hint: msg`Open or closed by the clock`, icon: IconClockHour9, color: 'orange', group: 'decide', make: () => ({ verb: 'hours', hours: HOURS, open: '', closed: '' }) },
  holiday: { label: msg`Holiday`, hint: msg`Holiday, company day or neither`, icon: IconCalendarEvent, color: 'orange', group: 'decide', make: () => ({ verb: 'holiday', hours: HOURS, holiday: '', companyDay: '', otherwise: '' }) },
  condition: {
    label: msg`Condition`,
    hint: msg`By variables, caller, time or labels`,
    icon: IconArrowsSplit2,
    color: 'orange',
    group: 'decide',
    make: () => ({ verb: 'condition', cases: [{ match: 'all', clauses: [{ left: 'caller.number', operator: 'startsWith', right: '+81' }], to: '' }], otherwise: '' }),
  },
  withheld: { label: msg`Caller ID check`, hint: msg`By why there is no caller’s number`, icon: IconEyeOff, color: 'orange', group: 'decide', make: () => ({ verb: 'withheld', prompts: [], anonymous: '', payphone: '', unavailable: '', shown: '' }) },
  customer: { label: msg`Customer look-up`, hint: msg`Finds the customer by a number`, icon: IconUserSearch, color: 'grape', group: 'lookUp', make: () => ({ verb: 'customer', number: '{caller.number}', found: '', several: '', notFound: '' }) },
  http: {
    label: msg`HTTP look-up`,
    hint: msg`Asks a server outside`,
    icon: IconCloudSearch,
    color: 'grape',
    group: 'lookUp',
    make: () => ({ verb: 'http', method: 'POST', url: 'https://', body: '{"caller": {caller.number}}', timeoutMs: 3000, save: [], ok: '', failed: '', timeout: '' }),
  },
  set: { label: msg`Set variable`, hint: msg`Keeps a value for later`, icon: IconVariable, color: 'grape', group: 'lookUp', make: () => ({ verb: 'set', assignments: [{ variable: 'value', value: '' }], next: '' }) },
  queue: {
    label: msg`Queue`,
    hint: msg`Waits for an agent`,
    icon: IconHeadset,
    color: 'navy',
    group: 'leave',
    make: () => ({ verb: 'queue', queue: '', priority: 0, requiredSkills: {}, announceEveryMs: 30_000, maxWaitMs: 600_000, overflow: '' }),
  },
  dial: {
    label: msg`Transfer`,
    hint: msg`To a number outside, a telephone or an agent`,
    icon: IconPhoneOutgoing,
    color: 'navy',
    group: 'leave',
    make: () => ({ verb: 'dial', number: '', callerId: null, ringMs: 30_000, record: false, answered: '', busy: '', failed: '', refused: '' }),
  },
  mailbox: { label: msg`Listen to voicemail`, hint: msg`A member listens to a voicemail box by its number and PIN`, icon: IconMailbox, color: 'navy', group: 'leave', make: () => ({ verb: 'mailbox', language: 'ja', next: '' }) },
  voicemail: { label: msg`Voicemail`, hint: msg`Records a message`, icon: IconWriting, color: 'navy', group: 'leave', make: () => ({ verb: 'voicemail', prompts: ['ja/voicemail-greeting'], beep: true, maxMs: 120_000, silenceMs: 8000, next: '' }) },
  subflow: { label: msg`Sub-flow`, hint: msg`Runs another flow and goes on`, icon: IconSubtask, color: 'gray', group: 'leave', make: () => ({ verb: 'subflow', flow: '', next: '' }) },
  goto: { label: msg`Go to flow`, hint: msg`Goes on in another flow for good`, icon: IconArrowForwardUp, color: 'gray', group: 'leave', make: () => ({ verb: 'goto', flow: '' }) },
  return: { label: msg`Return`, hint: msg`Back to the flow that ran this one`, icon: IconArrowBack, color: 'gray', group: 'leave', make: () => ({ verb: 'return' }) },
  echo: { label: msg`Echo test`, hint: msg`Sends the caller’s sound back`, icon: IconRepeat, color: 'gray', group: 'leave', make: () => ({ verb: 'echo' }) },
  hangup: { label: msg`Hang up`, hint: msg`Ends the call`, icon: IconPhoneOff, color: 'red', group: 'leave', make: () => ({ verb: 'hangup' }) },
};

export const GROUPS: readonly { group: VerbInfo['group']; label: MessageDescriptor }[] = [
  { group: 'sound', label: msg`Sound` },
  { group: 'input', label: msg`Input` },
  { group: 'decide', label: msg`Decision` },
  { group: 'lookUp', label: msg`Look-up` },
  { group: 'leave', label: msg`Connect and end` },
];

export const verbsOf = (group: VerbInfo['group']): FlowVerb[] => (Object.keys(VERBS) as FlowVerb[]).filter((verb) => VERBS[verb].group === group);
