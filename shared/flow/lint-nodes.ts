import type { Flow, FlowNode, NodeOf, OpenHours, SayPart, Span } from './nodes.ts';
import { isTimeZone } from './open-hours.ts';
import type { FlowContext, FlowProblem, ProblemCode } from './problems.ts';
import { BUILT_IN_VARIABLES, referencesIn } from './variables.ts';

const MAX_MS = 24 * 60 * 60 * 1000;
const MAX_RING_MS = 3 * 60 * 1000;
const MAX_LOOKUP_MS = 10_000;
const KEY = /^[0-9*#A-D]$/;

/** Collects what is wrong with one node. */
class NodeLint {
  readonly problems: FlowProblem[] = [];
  readonly id: string;
  readonly flow: Flow;
  readonly context: FlowContext;

  constructor(id: string, flow: Flow, context: FlowContext) {
    this.id = id;
    this.flow = flow;
    this.context = context;
  }

  say(code: ProblemCode, detail = '', severity: FlowProblem['severity'] = 'error'): void {
    this.problems.push({ code, severity, node: this.id, detail });
  }

  range(field: string, value: number, least: number, most = MAX_MS): void {
    if (!Number.isFinite(value) || value < least || value > most) this.say('badDuration', field);
  }

  known(code: ProblemCode, names: readonly string[] | undefined, name: string): void {
    if (names && !names.includes(name)) this.say(code, name);
  }

  sounds(names: readonly string[]): void {
    for (const name of names) this.known('unknownSound', this.context.sounds, name);
  }

  /** A name that is read somewhere must be set somewhere. */
  variable(name: string): void {
    if (!this.#variables().has(name)) this.say('unknownVariable', name, 'warning');
  }

  template(text: string, where: 'open' | 'hidden' = 'open'): void {
    for (const name of referencesIn(text)) {
      this.variable(name);
      // A masked value may go to a server, but not to where it is written or heard.
      if (where === 'open' && this.#isMasked(name)) this.say('maskedValue', name);
    }
  }

  #variables(): ReadonlySet<string> {
    return variablesOf(this.flow);
  }

  #isMasked(name: string): boolean {
    return Object.values(this.flow.nodes).some((node) => node.verb === 'collect' && node.masked && node.variable === name);
  }
}

const variablesByFlow = new WeakMap<Flow, ReadonlySet<string>>();

/** Every name that a flow can read. */
export function variablesOf(flow: Flow): ReadonlySet<string> {
  let names = variablesByFlow.get(flow);
  if (!names) {
    const set = Object.values(flow.nodes).flatMap((node) => {
      if (node.verb === 'collect') return [node.variable];
      if (node.verb === 'set') return node.assignments.map(({ variable }) => variable);
      return node.verb === 'http' ? node.save.map(({ variable }) => variable) : [];
    });
    names = new Set([...BUILT_IN_VARIABLES, ...set]);
    variablesByFlow.set(flow, names);
  }
  return names;
}

/** Everything wrong inside one node, whatever its branches lead to. */
export function lintNode(id: string, node: FlowNode, flow: Flow, context: FlowContext): FlowProblem[] {
  const lint = new NodeLint(id, flow, context);
  if ('prompts' in node) lint.sounds(node.prompts);
  switch (node.verb) {
    case 'play':
      if (node.prompts.length === 0) lint.say('noSound', '', 'warning');
      break;
    case 'say':
      lintSay(lint, node);
      break;
    case 'menu':
      lintMenu(lint, node);
      break;
    case 'collect':
      lintCollect(lint, node);
      break;
    case 'consent':
      lintAsking(lint, node);
      for (const key of [node.yesKey, node.noKey]) if (!KEY.test(key)) lint.say('badKey', key);
      if (node.yesKey === node.noKey) lint.say('sameKeys', node.yesKey);
      break;
    case 'hours':
    case 'holiday':
      lintCalendar(lint, node);
      break;
    case 'condition':
      lintCondition(lint, node);
      break;
    case 'customer':
      lint.template(node.number);
      break;
    case 'http':
      lintHttp(lint, node);
      break;
    case 'set':
      for (const { value } of node.assignments) lint.template(value);
      break;
    case 'queue':
      lint.known('unknownQueue', context.queues, node.queue);
      if (node.script) lint.known('unknownScript', context.scripts, node.script);
      lint.range('announceEveryMs', node.announceEveryMs, 0);
      lint.range('maxWaitMs', node.maxWaitMs, 0);
      break;
    case 'voicemail':
      lintVoicemail(lint, node);
      break;
    case 'dial':
      lintDial(lint, node);
      break;
    case 'subflow':
    case 'goto':
      lint.known('unknownFlow', context.flows, node.flow);
      break;
    case 'answer':
    case 'mailbox':
    case 'withheld':
    case 'return':
    case 'echo':
    case 'hangup':
      break;
  }
  return lint.problems;
}

function lintAsking(lint: NodeLint, node: NodeOf<'menu' | 'collect' | 'consent'>): void {
  lint.sounds([...node.invalidPrompts, ...node.timeoutPrompts]);
  if (node.prompts.length === 0) lint.say('noSound', '', 'warning');
  lint.range('timeoutMs', node.timeoutMs, 1);
  lint.range('retries', node.retries, 0, 100);
}

function lintMenu(lint: NodeLint, node: NodeOf<'menu'>): void {
  lintAsking(lint, node);
  if (Object.keys(node.choices).length === 0) lint.say('noChoices');
  for (const key of Object.keys(node.choices)) if (!KEY.test(key)) lint.say('badKey', key);
}

function lintCollect(lint: NodeLint, node: NodeOf<'collect'>): void {
  lintAsking(lint, node);
  const { minDigits, maxDigits } = node;
  if (!(minDigits >= 1 && minDigits <= maxDigits && maxDigits <= 40)) lint.say('badLength', `${minDigits}-${maxDigits}`);
}

/** Shorter than this, a pause for breath would end the message. */
const LEAST_SILENCE_MS = 2000;

function lintVoicemail(lint: NodeLint, node: NodeOf<'voicemail'>): void {
  lint.range('maxMs', node.maxMs, 1);
  lint.sounds(node.reviewPrompts ?? []);
  if (node.box !== undefined && node.box !== '') lint.known('unknownBox', lint.context.boxes, node.box);
  if (node.silenceMs) lint.range('silenceMs', node.silenceMs, LEAST_SILENCE_MS);
}

function lintSay(lint: NodeLint, node: NodeOf<'say'>): void {
  if (node.parts.length === 0) lint.say('noText', '', 'warning');
  for (const part of node.parts) lintSayPart(lint, node.language, part);
}

function lintSayPart(lint: NodeLint, language: string, part: SayPart): void {
  if (part.kind === 'sound') return lint.sounds([part.name]);
  if (part.kind !== 'text') return part.value.trim() === '' ? lint.say('noText', part.kind) : lint.template(part.value);
  if (part.text.trim() === '') lint.say('noText', part.kind);
  if (lint.context.speech && !lint.context.speech.includes(language)) lint.say('noSpeechProvider', language);
}

function lintCalendar(lint: NodeLint, node: NodeOf<'hours' | 'holiday'>): void {
  if (node.calendar !== undefined) return lint.known('unknownCalendar', lint.context.calendars, node.calendar);
  if (!node.hours) return lint.say('noHours');
  for (const { code, detail } of hoursProblems(node.hours)) lint.say(code, detail);
}

const MONTH_DAY = /^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** True for a day that exists, `YYYY-MM-DD`. */
export const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) === text;

const goodSpans = (spans: readonly Span[]): boolean =>
  spans.every(({ fromMinute, toMinute }) => fromMinute >= 0 && fromMinute < toMinute && toMinute <= 1440) &&
  spans.toSorted((a, b) => a.fromMinute - b.fromMinute).every((span, index, all) => index === 0 || span.fromMinute >= (all[index - 1]?.toMinute ?? 0));

/** What is wrong with open hours, of a flow or of a calendar. */
export function hoursProblems(hours: OpenHours): { code: 'badTimeZone' | 'badSpan' | 'badDate'; detail: string }[] {
  const problems: ReturnType<typeof hoursProblems> = [];
  if (!isTimeZone(hours.timeZone)) problems.push({ code: 'badTimeZone', detail: hours.timeZone });
  for (const [day, spans] of Object.entries(hours.days)) {
    if (!/^[0-6]$/.test(day) || !goodSpans(spans)) problems.push({ code: 'badSpan', detail: day });
  }
  if (typeof hours.holidays === 'object' && !goodSpans(hours.holidays)) problems.push({ code: 'badSpan', detail: 'holidays' });
  for (const { name, from, to } of hours.companyDays ?? []) {
    if (!MONTH_DAY.test(from) || !MONTH_DAY.test(to)) problems.push({ code: 'badDate', detail: name });
  }
  for (const { name, date, spans } of hours.specialDays ?? []) {
    if (!isDate(date)) problems.push({ code: 'badDate', detail: name });
    if (!goodSpans(spans)) problems.push({ code: 'badSpan', detail: date });
  }
  return problems;
}

function lintCondition(lint: NodeLint, node: NodeOf<'condition'>): void {
  if (node.cases.length === 0) lint.say('noCondition');
  for (const { clauses } of node.cases) {
    if (clauses.length === 0) lint.say('noCondition');
    for (const { left, right } of clauses) {
      lint.variable(left);
      lint.template(right, 'hidden');
    }
  }
}

function lintHttp(lint: NodeLint, node: NodeOf<'http'>): void {
  // Whether the server may be asked is seen when its name is resolved; here only whether this is an address at all.
  const url = URL.parse(node.url.replaceAll(/\{[^}]*\}/g, '0'));
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || /^\w+:\/\/[^/?#]*\{/.test(node.url)) lint.say('badUrl', node.url);
  else if (url.protocol === 'http:') lint.say('insecureUrl', node.url, 'warning');
  // The address is written into logs on the way; a body is not.
  lint.template(node.url);
  lint.template(node.body, 'hidden');
  lint.range('timeoutMs', node.timeoutMs, 100, MAX_LOOKUP_MS);
  if (node.method === 'POST' && !isJson(node.body.replaceAll(/\{[A-Za-z][A-Za-z0-9_.]*\}/g, '0'))) lint.say('badBody');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function lintDial(lint: NodeLint, node: NodeOf<'dial'>): void {
  const { to = 'number', number, callerId } = node;
  if (to === 'number' && !/^\+?[0-9]{2,20}$/.test(number)) lint.say('badNumber', number);
  if (to === 'agent') lint.known('unknownAgent', lint.context.agents, number);
  if (to === 'extension') lint.known('unknownExtension', lint.context.extensions, number);
  if (callerId !== null) lint.known('unknownNumber', lint.context.numbers, callerId);
  lint.range('ringMs', node.ringMs, 1000, MAX_RING_MS);
}
