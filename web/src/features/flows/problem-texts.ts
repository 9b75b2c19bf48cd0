import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { exitText } from './exit-text.ts';

/** What is wrong and what to do about it, one sentence. */
export function flowProblemText(i18n: I18n, flow: Flow, problem: FlowProblem): string {
  const { code, detail } = problem;
  const node = flow.nodes[problem.node];
  switch (code) {
    case 'missingStart':
      return i18n._(msg`The flow has no first step.`);
    case 'missingNode':
      return i18n._(msg`A branch leads to “${detail}”, which does not exist.`);
    case 'missingBranch':
      return i18n._(msg`The branch “${node ? exitText(i18n, node, detail) : detail}” leads nowhere.`);
    case 'endlessLoop':
      return i18n._(msg`It goes round without waiting for the caller: ${detail}`);
    case 'unreachable':
      return i18n._(msg`No branch leads here.`);
    case 'noChoices':
      return i18n._(msg`The menu has no choice.`);
    case 'badKey':
      return i18n._(msg`“${detail}” is not a key of a telephone.`);
    case 'sameKeys':
      return i18n._(msg`Yes and no have the same key.`);
    case 'badDuration':
      return i18n._(msg`A time or count is out of range (${detail}).`);
    case 'badNumber':
      return i18n._(msg`“${detail}” is no telephone number.`);
    case 'badTimeZone':
      return i18n._(msg`The time zone “${detail}” is unknown.`);
    case 'badSpan':
      return i18n._(msg`A time span is not right: it must end after it begins and not overlap (${detail}).`);
    case 'badDate':
      return i18n._(msg`A date does not exist (${detail}).`);
    case 'badLength':
      return i18n._(msg`The number of digits is not right (${detail}).`);
    case 'noHours':
      return i18n._(msg`Choose a calendar or set open hours.`);
    case 'noSound':
      return i18n._(msg`There is no sound to play.`);
    case 'noText':
      return i18n._(msg`There is nothing to say.`);
    case 'noCondition':
      return i18n._(msg`A case has no condition.`);
    default:
      return referenceText(i18n, problem);
  }
}

function referenceText(i18n: I18n, { code, detail }: FlowProblem): string {
  switch (code) {
    case 'badUrl':
      return i18n._(msg`This address cannot be asked: ${detail}`);
    case 'insecureUrl':
      return i18n._(msg`The address is not encrypted (https).`);
    case 'badBody':
      return i18n._(msg`The body is not JSON.`);
    case 'maskedValue':
      return i18n._(msg`The masked variable “${detail}” may not be heard, stored or put into an address.`);
    case 'unknownVariable':
      return i18n._(msg`Nothing sets the variable “${detail}”.`);
    case 'unknownQueue':
      return detail === '' ? i18n._(msg`Choose a queue.`) : i18n._(msg`There is no queue “${detail}”.`);
    case 'unknownBox':
      return i18n._(msg`There is no voicemail box “${detail}”.`);
    case 'unknownScript':
      return i18n._(msg`The script of this step is not in use any more.`);
    case 'unknownSound':
      return i18n._(msg`There is no sound “${detail}”.`);
    case 'unknownNumber':
      return i18n._(msg`The number ${detail} is not one that may be shown.`);
    case 'unknownCalendar':
      return detail === '' ? i18n._(msg`Choose a calendar.`) : i18n._(msg`There is no calendar “${detail}”.`);
    case 'unknownFlow':
      return detail === '' ? i18n._(msg`Choose a flow.`) : i18n._(msg`There is no published flow “${detail}”.`);
    case 'unknownAgent':
      return detail === '' ? i18n._(msg`Choose an agent.`) : i18n._(msg`There is no agent “${detail}”.`);
    case 'unknownExtension':
      return detail === '' ? i18n._(msg`Choose a telephone.`) : i18n._(msg`There is no telephone “${detail}”.`);
    case 'noSpeechProvider':
      return i18n._(msg`Nothing here can speak text in this language. Use sounds instead.`);
    default:
      return code;
  }
}
