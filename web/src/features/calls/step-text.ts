import { useLingui } from '@lingui/react/macro';
import type { CallEvent } from '../../../../shared/api/calls.ts';
import { formatPhone } from '../../lib/format.ts';
import { usePathText } from '../../records/path-text.ts';
import { stepDetail } from './step-detail.ts';

interface StepText {
  title: string;
  detail: string;
}

/** Their detail is told by the rest of the page. */
const WITHOUT_DETAIL: ReadonlySet<string> = new Set(['recording.started', 'recording.completed', 'call.ended', 'call.abandoned']);

/**
 * One step of a call in words: what happened, and what of its detail a person can use. A step of a newer server is shown by
 * its name and plain detail. `nameOf` turns an agent's id into a name, or nothing when it is not known.
 */
export function useStepText(nameOf: (agentId: string) => string): (event: CallEvent) => StepText {
  const { t } = useLingui();
  const verbText = useVerbText();
  const pathText = usePathText();
  const offerEndText = useOfferEndText();
  const exitText = useExitText();
  const modeText = useModeText();
  const titles: Readonly<Record<string, string | undefined>> = {
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
    'call.parked': t`The call was parked`,
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
    'voicemail.started': t`The caller could leave a message`,
    'sound.missing': t`A sound is missing`,
  };
  return ({ type, detail }) => {
    const text = (key: string): string => (typeof detail[key] === 'string' ? detail[key] : '');
    const join = (...parts: string[]): string => parts.filter((part) => part !== '').join(' · ');
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
        return { title: titles[type] ?? type, detail: text('queue') };
      case 'call.flowed_out':
        return { title: titles[type] ?? type, detail: join(text('queue'), exitText(text('reason'))) };
      case 'call.offered':
      case 'call.answered':
        return { title: titles[type] ?? type, detail: nameOf(text('agentId')) };
      case 'call.offer_ended':
        return { title: titles[type] ?? type, detail: join(nameOf(text('agentId')), offerEndText(text('reason'))) };
      default:
        return { title: titles[type] ?? type, detail: WITHOUT_DETAIL.has(type) ? '' : stepDetail(detail) };
    }
  };
}

function useVerbText(): (verb: string) => string {
  const { t } = useLingui();
  const words: Readonly<Record<string, string | undefined>> = {
    play: t`A prompt was played`,
    menu: t`Menu`,
    hours: t`Opening hours were checked`,
    queue: t`The flow led to a queue`,
    voicemail: t`The flow led to voicemail`,
    echo: t`Echo test`,
    hangup: t`The flow ended the call`,
  };
  return (verb) => words[verb] ?? verb;
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
