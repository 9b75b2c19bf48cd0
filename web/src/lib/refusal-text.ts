import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

const GONE = msg`The call is already over or was taken by someone else.`;
const NO_CALLS = msg`Your profile does not take calls.`;
const DAMAGED = msg`This content is damaged and cannot be opened. Please tell the operator of the service.`;
const RELOAD = msg`This page is out of date. Please reload it.`;

/** One sentence for each code of a refusal that people can meet, whether of a request or of a command of the telephone. */
const TEXTS: Readonly<Record<string, MessageDescriptor>> = {
  above_you: msg`This reaches further than your own permissions.`,
  already_evaluated: msg`This call has an evaluation with this score sheet already.`,
  agent_not_available: msg`The agent takes no calls at the moment.`,
  body_too_large: msg`The file is too large.`,
  busy: msg`Not possible during another call or its wrap-up.`,
  call_gone: GONE,
  calibration_closed: msg`This session is closed already.`,
  callback_over: msg`This callback is over, or being dialled.`,
  code_refused: msg`The code is not right. Check that the clock of the telephone is right, and take the next code.`,
  care_break: msg`Your care break is not over yet.`,
  changed_meanwhile: msg`Somebody else has changed this meanwhile. Please reload it; what you typed can be copied first.`,
  confirm_refused: msg`Your company's login service did not confirm that it is you. Please begin again.`,
  contract_ended: msg`The contract has ended: what is there can be read and taken out, and not changed.`,
  csrf: RELOAD,
  draft_call_running: msg`You are calling a draft already, perhaps in another window. End that call first.`,
  emergency_over: msg`This switch is off already.`,
  daily_limit_reached: msg`The daily limit of outbound calls is reached.`,
  database_unavailable: msg`Not possible while the database is unavailable.`,
  desk_elsewhere: msg`The desk is open in another window.`,
  desk_not_open: msg`The desk is not connected yet. Please try again in a moment.`,
  disconnected: msg`The server did not answer. The desk is connecting again.`,
  duplicate: msg`This value is already in use. Please choose another.`,
  evaluation_moved_on: msg`The evaluation has moved on meanwhile. Please reload it.`,
  export_damaged: DAMAGED,
  export_expired: msg`The files of this export were deleted. Please ask for a new one.`,
  export_in_progress: msg`An export is being made already.`,
  export_not_ready: msg`This export is not finished yet.`,
  export_over: msg`This export is not being made any more.`,
  flow_changed: msg`Somebody else has changed this flow meanwhile. Please look at theirs first.`,
  flow_faulty: msg`The flow has errors and cannot be published. See the check.`,
  flow_in_use: msg`A number or another flow leads to this flow.`,
  flow_no_draft: msg`There is nothing new to publish.`,
  flow_unpublished: msg`This flow was never published: there is nothing but the draft.`,
  calendar_in_use: msg`A flow goes by this calendar.`,
  prompt_in_use: msg`A flow or a voicemail box plays this sound.`,
  weak_pin: msg`This PIN is too easy to guess.`,
  no_speech_provider: msg`Nothing here can speak text in this language.`,
  foreign_origin: RELOAD,
  has_parties: msg`Not possible while somebody else is in the call. End the consultation or the conference first.`,
  help_over: msg`Somebody has already dealt with this.`,
  invalid_cursor: msg`The list cannot go on from here. Please reload the page.`,
  last_administrator: msg`The company keeps at least one active administrator (SV).`,
  lifted: msg`This flag was lifted already.`,
  line_down: msg`The sound connection is not ready yet. Please try again in a moment.`,
  no_more_time: msg`This wrap-up cannot be lengthened any more.`,
  no_such_reason: msg`This status reason is not in use any more. Please reload the page.`,
  nobody_parked: msg`Nobody waits at this number.`,
  nothing_to_undo: msg`There is nothing to take back.`,
  not_an_agent: NO_CALLS,
  not_your_evaluation: msg`Only who began the evaluation can do this.`,
  not_invited: msg`Only who was invited can hand in scores.`,
  not_your_call: msg`Only the person who handled the call can save this.`,
  malware_found: msg`The malware scan found something in this file. It was not taken, and the audit log has a note of it.`,
  number_in_use: msg`A call, the web call page or a flow still uses this number.`,
  number_taken: msg`This number is a service number already, here or at another company.`,
  number_not_allowed: msg`This number cannot be called.`,
  offer_gone: GONE,
  own_call: msg`Nobody evaluates their own calls.`,
  storage_full: msg`Nearly no room is left on the server's disk. Ask the operator of the system.`,
  own_account: msg`This cannot be done to your own account.`,
  own_profile: msg`You cannot change the permissions of your own profile.`,
  passkey_failed: msg`The browser could not use the passkey.`,
  passkey_known: msg`This passkey is registered already.`,
  passkey_not_here: msg`Passkeys do not work at this address of the product.`,
  passkey_refused: msg`The passkey could not be registered. Please begin again.`,
  passkeys_off: msg`Your company does not take passkeys.`,
  password_change_first: msg`Choose a password of your own first.`,
  password_refused: msg`The present password is not right, or was tried too often.`,
  preset_locked: msg`A preset cannot be changed. Copy it and change the copy.`,
  profile_in_use: msg`Users, or links for screens, still have this profile.`,
  range_not_satisfiable: msg`The recording has no such position. Please reload the page.`,
  rate_limited: msg`Too many requests. Please wait a moment and try again.`,
  recording_damaged: DAMAGED,
  recording_in_progress: msg`The call is still being recorded. Please try again after it has ended.`,
  recording_too_short: msg`Nothing is recorded yet. Please try again in a moment.`,
  reference_missing: msg`Something that this refers to was removed meanwhile, or is still in use. Please reload and try again.`,
  day_not_over: msg`Only a day that is over can be replayed.`,
  day_without_calls: msg`No call came to this queue on that day. Please choose another day.`,
  no_forecast: msg`There are no records from which to forecast that day.`,
  shifts_overlap: msg`Two shifts of one agent would overlap. Nothing was changed.`,
  simulation_busy: msg`A simulation runs already. Wait for it, or stop it.`,
  simulation_over: msg`This simulation is over already.`,
  result_missing: msg`Save the result of the call first.`,
  scores_missing: msg`Some questions are not answered yet, or none of them counts.`,
  scanner_unavailable: msg`Files cannot be scanned for malware at the moment, so none is taken. Please try again later.`,
  second_factor_first: msg`Two-factor authentication must be set up first.`,
  second_factor_not_begun: msg`The set-up was interrupted. Please begin again.`,
  second_factor_off: msg`Two-factor authentication is off.`,
  second_factor_on: msg`Two-factor authentication is set up already.`,
  second_factor_required: msg`The profile demands two-factor authentication.`,
  sealed_content_damaged: DAMAGED,
  single_sign_on_away: msg`The login service of your company cannot be reached at the moment. Log in with the password, or try again later.`,
  single_sign_on_factor: msg`Your login needs two-factor authentication, for which your company does not rely on the login service. Log in with the password.`,
  single_sign_on_failed: msg`The login could not be completed. Please begin again.`,
  single_sign_on_lockout: msg`You would lock yourself out. Log in through the provider first, or be the administrator who may still use the password.`,
  single_sign_on_off: msg`Your company has no single sign-on.`,
  single_sign_on_not_linked: msg`The user is not linked to an account of the login service any more.`,
  single_sign_on_other_account: msg`Your user here is linked to another account of your company's login service. Ask your administrator to unlink it.`,
  single_sign_on_unmatched: msg`Your company's login service knows you, but you are not registered here. Ask your administrator to register you: logging in creates no user.`,
  speech_failed: msg`The text could not be spoken.`,
  store_unavailable: msg`Files cannot be saved at the moment. Please try again in a minute.`,
  tenant_ended: msg`The contract of this company has ended.`,
  time_fixed: msg`This wrap-up lasts its time.`,
  too_late: msg`It was saved too long ago to be taken back.`,
  ticket_unknown: msg`This call was not ordered, or too long ago. Please call again.`,
  timeout: msg`The server did not answer in time. Please try again.`,
  too_few_scores: msg`Two evaluators, and the reference, must have handed in their scores first.`,
  too_many_calls: msg`The limit of simultaneous outbound calls is reached.`,
  too_many_calls_per_minute: msg`The limit of outbound calls per minute is reached.`,
  too_many_passkeys: msg`No more passkeys can be registered. Remove one that you do not use.`,
  trunk_in_use: msg`An outbound route or a number still uses this trunk.`,
  unexpected_answer: msg`The server's answer was not understood. Please reload the page.`,
  unreachable: msg`The server cannot be reached. Check the network and try again.`,
  unsupported_media_type: msg`This kind of file is not accepted.`,
  warn_first: msg`Play the warning first.`,
  web_call_unavailable: msg`Calls from the web are not possible at the moment.`,
  would_lock_out: msg`Your own address is not in these ranges; saving them would lock you out.`,
};

/** The sentence for a stable code of the server; undefined for codes that say too little, and for those of a newer server. */
export const refusalText = (code: string): MessageDescriptor | undefined => (Object.hasOwn(TEXTS, code) ? TEXTS[code] : undefined);

/** The sentence for an HTTP status, where the code says nothing. 0 = the server was not reached. */
export function statusText(status: number): MessageDescriptor {
  switch (status) {
    case 0:
      return msg`The server cannot be reached. Check the network and try again.`;
    case 400:
    case 422:
      return msg`The server did not accept what was entered. Please check it.`;
    case 401:
      return msg`Your session has ended. Please log in again.`;
    case 403:
      return msg`You do not have permission for this.`;
    case 404:
      return msg`It was not found. It may have been removed.`;
    case 409:
      return msg`This is not possible as things stand now. Please reload and try again.`;
    case 413:
      return msg`The file is too large.`;
    case 429:
      return msg`Too many requests. Please wait a moment and try again.`;
    case 503:
      return msg`The server is not ready at the moment. Please try again in a minute.`;
    default:
      return msg`The server reported a failure. Please try again.`;
  }
}
