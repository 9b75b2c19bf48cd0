import { useLingui } from '@lingui/react/macro';
import type { CallEvent } from '../../../../shared/api/calls.ts';
import type { FlowVerb } from '../../../../shared/flow/nodes.ts';
import { formatPhone } from '../../lib/format.ts';
import { usePathText } from '../../records/path-text.ts';
import { useAllQueues } from '../../records/queues.ts';
import { stepDetail, transferText } from './step-detail.ts';

interface StepText {
  title: string;
  detail: string;
}

/** Their detail is told by the rest of the page. */
const WITHOUT_DETAIL: ReadonlySet<string> = new Set(['recording.started', 'recording.completed', 'call.ended', 'call.abandoned', 'call.hold_forgotten', 'call.media_lost', 'call.referred', 'call.rerouted', 'recording.deleted', 'recording.interrupted']);

/**
 * One step of a call in words: what happened, and what of its detail a person can use. A step of a newer server is shown by
 * its name and plain detail. `nameOf` turns an agent's id into a name, or nothing when it is not known.
 */
export function useStepText(nameOf: (agentId: string) => string): (event: CallEvent) => StepText {
  const { t } = useLingui();
  const queues = useAllQueues();
  const verbText = useVerbText();
  const pathText = usePathText();
  const offerEndText = useOfferEndText();
  const exitText = useExitText();
  const modeText = useModeText();
  const titles = useTitles();
  return ({ type, detail }) => {
    const text = (key: string): string => (typeof detail[key] === 'string' ? detail[key] : '');
    const join = (...parts: string[]): string => parts.filter((part) => part !== '').join(' · ');
    // One that was renamed or removed since is told by its code.
    const queue = queues.find(({ code }) => code === detail['queue'])?.name ?? text('queue');
    switch (type) {
      case 'flow':
        return { title: verbText(text('verb')), detail: join(text('node'), text('detail') && pathText(`${text('verb')} ${text('detail')}`)) };
      case 'digit':
        return { title: t`Key ${text('digit')} was pressed`, detail: '' };
      case 'call.started':
        return { title: titles[type] ?? type, detail: [text('caller'), text('dialled')].filter((part) => part !== '').map(formatPhone).join(' → ') };
      case 'call.supervised':
        return { title: titles[type] ?? type, detail: join(nameOf(text('supervisor')), modeText[text('mode')] ?? text('mode')) };
      case 'call.supervise_ended':
        return { title: titles[type] ?? type, detail: nameOf(text('supervisor')) };
      case 'call.queued':
        return { title: titles[type] ?? type, detail: queue };
      case 'call.flowed_out':
        return { title: titles[type] ?? type, detail: join(queue, exitText(text('reason'))) };
      case 'call.recording_consent':
        return { title: titles[type] ?? type, detail: detail['granted'] === true ? t`given` : t`refused` };
      case 'call.transferred':
        return { title: titles[type] ?? type, detail: detail['queue'] === undefined ? transferText(detail, nameOf) : queue };
      case 'call.party_rung':
      case 'call.party_joined':
      case 'call.conference':
        return { title: titles[type] ?? type, detail: join(nameOf(text('agentId')), formatPhone(text('number'))) };
      case 'call.party_left':
      case 'call.party_failed':
        return { title: titles[type] ?? type, detail: typeof detail['status'] === 'number' ? `SIP ${detail['status']}` : '' };
      case 'call.offered':
      case 'call.answered':
      case 'call.picked_up':
      case 'call.recalled':
        return { title: titles[type] ?? type, detail: nameOf(text('agentId')) };
      case 'call.offer_ended':
        return { title: titles[type] ?? type, detail: join(nameOf(text('agentId')), offerEndText(text('reason'))) };
      default:
        return { title: titles[type] ?? type, detail: WITHOUT_DETAIL.has(type) ? '' : stepDetail(detail) };
    }
  };
}

function useTitles(): Readonly<Record<string, string | undefined>> {
  const { t } = useLingui();
  return {
    'call.started': t`The call began`,
    'call.notice_played': t`The recording notice was played to its end`,
    'call.queued': t`The call began to wait`,
    'call.requeued': t`The call went back to the queue`,
    'call.flowed_out': t`The queue sent the call on`,
    'call.unroutable': t`The queue does not exist (any more)`,
    'call.offered': t`An agent was rung`,
    'call.offer_ended': t`Ringing stopped`,
    'call.answered': t`The call was answered`,
    'call.progress': t`The number called is ringing`,
    'call.session_changed': t`The telephone changed the connection`,
    'call.held': t`The call was put on hold`,
    'call.resumed': t`The call was resumed`,
    'call.line_lost': t`The agent’s connection was lost`,
    'call.line_back': t`The agent’s connection came back`,
    'call.abandoned': t`The caller hung up before an answer`,
    'call.interrupted': t`A fault interrupted the call`,
    'call.refused': t`The call was refused`,
    'call.ended': t`The call ended`,
    'call.wrapped_up': t`The wrap-up was recorded`,
    'call.transferred': t`The call was transferred`,
    'call.conference': t`The call became a three-way call`,
    'call.party_joined': t`Somebody joined the call`,
    'call.party_left': t`Somebody left the call`,
    'call.party_failed': t`Somebody was not reached`,
    'call.party_rung': t`Somebody else was rung`,
    'call.parked': t`The call was parked`,
    'call.recalled': t`The parked call came back`,
    'call.replaced': t`Another telephone took the call over`,
    'call.referred': t`A telephone asked to transfer the call`,
    'call.refer_refused': t`The transfer by a telephone was refused`,
    'call.rerouted': t`Another line was tried`,
    'call.recording_consent': t`The caller was asked for consent to recording`,
    'call.media_lost': t`A media process failed`,
    'call.moved': t`The call goes on in another media process`,
    'call.picked_up': t`The parked call was picked up`,
    'call.supervised': t`A supervisor took part`,
    'call.supervise_ended': t`The supervisor left`,
    'call.hold_forgotten': t`The caller was on hold for long`,
    'call.sos': t`The agent sent an SOS`,
    'call.warning_played': t`The caller heard the warning`,
    'call.ending_announced': t`The end of the call was announced`,
    'recording.paused': t`The recording was paused`,
    'recording.resumed': t`The recording went on`,
    'recording.started': t`Recording began`,
    'recording.completed': t`The recording was stored`,
    'recording.interrupted': t`The recording ended early`,
    'recording.refused': t`Recording was not possible`,
    'recording.deleted': t`The recording was deleted`,
    'voicemail.started': t`The caller could leave a message`,
    'sound.missing': t`A sound is missing`,
  };
}

function useVerbText(): (verb: string) => string {
  const { t } = useLingui();
  const words: { readonly [Verb in FlowVerb]: string } = {
    answer: t`The flow answered`,
    play: t`A prompt was played`,
    say: t`A text was spoken`,
    menu: t`Menu`,
    collect: t`Digits were asked for`,
    hours: t`Opening hours were checked`,
    holiday: t`The holiday calendar was checked`,
    condition: t`A condition was checked`,
    customer: t`The customer was looked up`,
    http: t`Another system was asked`,
    set: t`A value was noted`,
    queue: t`The flow led to a queue`,
    voicemail: t`The flow led to voicemail`,
    mailbox: t`A voicemail box was listened to`,
    dial: t`The flow dialled`,
    consent: t`Consent to recording was asked for`,
    withheld: t`The caller’s number was looked for`,
    subflow: t`Another flow began`,
    goto: t`The flow went on elsewhere`,
    return: t`The flow went back`,
    echo: t`Echo test`,
    hangup: t`The flow ended the call`,
  };
  return (verb) => words[verb as FlowVerb] ?? verb;
}

function useModeText(): Readonly<Record<string, string | undefined>> {
  const { t } = useLingui();
  return { monitor: t`Monitor`, whisper: t`Whisper`, barge: t`Join`, takeOver: t`Take over` };
}

function useExitText(): (reason: string) => string {
  const { t } = useLingui();
  const words: Readonly<Record<string, string | undefined>> = {
    wait: t`the longest wait was over`,
    length: t`too many were waiting`,
    noAgents: t`no agent was there`,
    closed: t`outside the queue’s hours`,
    emergency: t`the emergency switch was on`,
    callback: t`the caller asked to be called back`,
  };
  return (reason) => words[reason] ?? reason;
}

function useOfferEndText(): (reason: string) => string {
  const { t } = useLingui();
  const words: Readonly<Record<string, string | undefined>> = {
    timeout: t`not answered in time`,
    declined: t`declined`,
    undeliverable: t`could not be reached`,
    callGone: t`the caller had hung up`,
    answeredElsewhere: t`somebody else answered`,
    agentGone: t`the agent had left`,
  };
  return (reason) => words[reason] ?? reason;
}
