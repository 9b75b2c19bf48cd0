import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { FlowNode } from '../../../../shared/flow/nodes.ts';

const NAMES: Readonly<Record<string, MessageDescriptor>> = {
  next: msg`Next`,
  otherwise: msg`Otherwise`,
  open: msg`Within hours`,
  closed: msg`Outside hours`,
  holiday: msg`Holiday`,
  companyDay: msg`Company day`,
  found: msg`Found`,
  several: msg`Several`,
  notFound: msg`Not found`,
  ok: msg`Server answered`,
  failed: msg`Failed`,
  timeout: msg`Too late`,
  overflow: msg`Overflow`,
  answered: msg`After the conversation`,
  busy: msg`Busy`,
  refused: msg`Not allowed`,
  granted: msg`Agreed`,
  declined: msg`Not agreed`,
  anonymous: msg`Withheld`,
  payphone: msg`Pay phone`,
  unavailable: msg`Out of area`,
  shown: msg`Number shown`,
};

/** Why a queue sends a call away by itself. */
const QUEUE_EXITS: Readonly<Record<string, MessageDescriptor>> = {
  wait: msg`Queue: waited too long`,
  length: msg`Queue: full`,
  noAgents: msg`Queue: no agents`,
  closed: msg`Queue: outside hours`,
  emergency: msg`Queue: emergency switch`,
  callback: msg`Queue: callback`,
};

const AFTER_INPUT = msg`Input complete`;
const GAVE_UP = msg`No valid input`;
const NO_ANSWER = msg`No answer`;

/** What a branch is called: `Open`, `Key 1`, `Case 2`. */
export function exitText(i18n: I18n, node: FlowNode, key: string): string {
  if (key.startsWith('choices.')) return i18n._(msg`Key ${key.slice('choices.'.length)}`);
  if (key.startsWith('cases.')) return i18n._(msg`Case no. ${Number(key.slice('cases.'.length)) + 1}`);
  const exit = key.startsWith('exits.') ? QUEUE_EXITS[key.slice('exits.'.length)] : undefined;
  if (exit) return i18n._(exit);
  if (node.verb === 'collect') return i18n._(key === 'next' ? AFTER_INPUT : GAVE_UP);
  if (node.verb === 'menu') return i18n._(GAVE_UP);
  if (node.verb === 'dial' && key === 'failed') return i18n._(NO_ANSWER);
  const name = NAMES[key];
  return name ? i18n._(name) : key;
}
