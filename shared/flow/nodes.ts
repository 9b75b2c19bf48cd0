import { z } from 'zod';

/**
 * The steps of a flow as they are stored, edited and run: one schema a verb, for server and web. A target is the id of another
 * node; an empty one is a branch that is not connected yet, which a draft may have and a published flow may not.
 */

/** Id of a node inside its flow. */
export const nodeIdSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/);

const target = z.union([nodeIdSchema, z.literal('')]);

/** Name of a sound (`shared/api/prompts.ts`). */
const sound = z.string().max(100).regex(/^[a-z0-9]+(?:[-_/][a-z0-9]+)*$/);
const sounds = z.array(sound).max(20);

/** Codes of queues, flows and calendars. */
const code = z.string().max(60);

/** A variable of a call: letters, digits and underscores. Names with a dot are set by the product and can only be read. */
export const variableSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/);

/** Text in which `{name}` stands for the value of a variable. */
const template = z.string().max(1000);

const ms = z.number().int().min(0).max(86_400_000);

const spanSchema = z.object({ fromMinute: z.number().int(), toMinute: z.number().int() });

/**
 * When a centre is open. Days 0 (Sunday) to 6, minutes of the day, several spans a day (lunch break).
 * `holidays` says what a national holiday is: a day like every other, closed, or open at its own spans.
 * A special day wins over a company day, a company day over a holiday, a holiday over the weekday.
 */
export const openHoursSchema = z.object({
  timeZone: z.string().max(60),
  days: z.record(z.string().regex(/^[0-6]$/), z.array(spanSchema).max(12)),
  holidays: z.union([z.enum(['open', 'closed']), z.array(spanSchema).max(12)]).optional(),
  /** Closed every year from one date to another, both `MM-DD` and both included: `12-29` to `01-03`. */
  companyDays: z.array(z.object({ name: z.string().max(60), from: z.string(), to: z.string() })).max(50).optional(),
  /** One date with spans of its own; none = closed. */
  specialDays: z.array(z.object({ name: z.string().max(60), date: z.string(), spans: z.array(spanSchema).max(12) })).max(200).optional(),
});

/** A calendar by its code. A flow that runs has its hours inside. */
const calendarPart = { calendar: code.optional(), hours: openHoursSchema.optional() };

export const sayPartSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sound'), name: sound }),
  z.object({ kind: z.enum(['number', 'yen', 'digits', 'minutes', 'date', 'time']), value: template }),
  /** `sound` is what a speech provider made of the text when the flow was published. */
  z.object({ kind: z.literal('text'), text: z.string().max(500), sound: sound.optional() }),
]);

export const clauseSchema = z.object({
  /** A variable, or one of `shared/flow/variables.ts`. */
  left: z.string().max(60),
  operator: z.enum(['is', 'isNot', 'less', 'greater', 'contains', 'startsWith', 'isSet', 'isNotSet']),
  right: template,
});

/** What a caller hears and how long they have to press a key, shared by all verbs that ask. */
const asking = {
  prompts: sounds,
  /** How long to wait for a key after the prompt, ms. */
  timeoutMs: ms,
  /** How often it is repeated before giving up. */
  retries: z.number().int(),
  invalidPrompts: sounds,
  timeoutPrompts: sounds,
};

const key = z.string().max(1);

const node = <const Verb extends string, Shape extends z.ZodRawShape>(verb: Verb, shape: Shape) => z.object({ verb: z.literal(verb), ...shape });

export const flowNodeSchema = z.discriminatedUnion('verb', [
  /** Picks up, where the steps before did not need to. */
  node('answer', { next: target }),
  /** Play and go on. `notice` marks the recording notice, whose end is audited. */
  node('play', { prompts: sounds, notice: z.boolean().optional(), next: target }),
  /** Reads out numbers, dates, amounts and text between sounds. */
  node('say', { language: z.enum(['ja', 'en']), parts: z.array(sayPartSchema).max(30), next: target }),
  /** `otherwise`: where to go after the last retry. */
  node('menu', { ...asking, choices: z.record(key, target), otherwise: target }),
  /** Several digits into a variable. A masked one is never written down: card numbers, PINs. */
  node('collect', {
    ...asking,
    variable: variableSchema,
    minDigits: z.number().int(),
    maxDigits: z.number().int(),
    /** The key that ends the input early. */
    terminator: z.enum(['#', '*', 'none']),
    masked: z.boolean(),
    next: target,
    otherwise: target,
  }),
  node('hours', { ...calendarPart, open: target, closed: target }),
  /** Goes by what kind of day it is. */
  node('holiday', { ...calendarPart, holiday: target, companyDay: target, otherwise: target }),
  /** The first case that holds; `match` says whether all of its clauses must or one is enough. */
  node('condition', {
    cases: z.array(z.object({ match: z.enum(['all', 'any']), clauses: z.array(clauseSchema).max(10), to: target })).max(20),
    otherwise: target,
  }),
  /** Finds the customer by a number; sets `customer.id`, `customer.labels` and `customer.count`. */
  node('customer', { number: template, found: target, several: target, notFound: target }),
  /** Asks a server outside by JSON. */
  node('http', {
    method: z.enum(['GET', 'POST']),
    url: z.string().max(500),
    /** JSON; values of variables are put in as JSON text. Unused with GET. */
    body: z.string().max(4000),
    timeoutMs: ms,
    /** Values of the answer to keep: `data.items.0.name`. */
    save: z.array(z.object({ path: z.string().max(200), variable: variableSchema })).max(20),
    ok: target,
    failed: target,
    timeout: target,
  }),
  node('set', { assignments: z.array(z.object({ variable: variableSchema, value: template })).max(20), next: target }),
  /** Waits in a queue: music, position announcements every `announceEveryMs`; after `maxWaitMs` goes to `overflow`. */
  node('queue', {
    queue: code,
    priority: z.number().int(),
    requiredSkills: z.record(z.string(), z.number()),
    announceEveryMs: ms,
    maxWaitMs: ms,
    overflow: target,
    /** Id of the script that agents see, in the place of the queue's own. */
    script: code.optional(),
    /** Where to go when the queue itself sends the call away, by its reason; `overflow` where none is named. */
    exits: z.object({ wait: target, length: target, noAgents: target, closed: target, emergency: target, callback: target }).partial().optional(),
    /** Whoever wants to be called back may type another number than the one they call from. */
    askCallbackNumber: z.boolean().optional(),
  }),
  node('voicemail', {
    /** Number of the box that gets the message; without one it is kept with the call only. */
    box: code.optional(),
    /** The greeting; with a box and none named here, the box's own. */
    prompts: sounds,
    /** A tone before the recording begins, for greetings that do not end with one. */
    beep: z.boolean().optional(),
    maxMs: ms,
    /** So long a silence ends the message, ms; 0 or not given = silence does not. */
    silenceMs: ms.optional(),
    /** What the caller is asked afterwards: 1 keeps the message, 2 plays it, 3 records it again. None = it is kept. */
    reviewPrompts: sounds.optional(),
    next: target,
  }),
  /** Somebody listens to a voicemail box by its number and PIN. */
  node('mailbox', { language: z.enum(['ja', 'en']), next: target }),
  /** Calls somebody and joins the caller to them; the branches say how that went. */
  node('dial', {
    /** What `number` is: a telephone number outside (as when it is not given), the name of a telephone here, or an agent's login. */
    to: z.enum(['number', 'extension', 'agent']).optional(),
    /** As somebody would dial it, under the tenant's dial policy. */
    number: z.string().max(60),
    /** The agent's id; put in where the flow is started. */
    agentId: z.string().optional(),
    /** Number of the tenant that is shown; null = the first that the line may show. */
    callerId: z.string().nullable(),
    /** How long it may ring, ms. */
    ringMs: ms,
    record: z.boolean(),
    /** The other side hung up after a conversation. */
    answered: target,
    busy: target,
    /** Nobody answered, or no line went through. */
    failed: target,
    /** Not called at all: the dial policy, its limits, or no line for this number. */
    refused: target,
  }),
  /** Asks whether the call may be recorded; silence is no consent. */
  node('consent', { ...asking, yesKey: key, noKey: key, granted: target, declined: target }),
  /** Goes by why there is no caller's number; who withheld it hears the prompts (186) first. */
  node('withheld', { prompts: sounds, anonymous: target, payphone: target, unavailable: target, shown: target }),
  /** Runs another flow and goes on when that returns. */
  node('subflow', { flow: code, next: target }),
  /** Goes on in another flow for good. */
  node('goto', { flow: code }),
  /** Back to the flow that ran this one. */
  node('return', {}),
  node('echo', {}),
  /** `cause`: what the caller's network is told; before the call was answered it is the answer. */
  node('hangup', { cause: z.enum(['normal', 'busy', 'rejected', 'unavailable', 'noSuchNumber']).optional() }),
]);

/** Where a node stands in the editor and what it is called there. */
const viewSchema = z.object({ x: z.number(), y: z.number(), title: z.string().max(60).optional() });

export const flowDefinitionSchema = z.object({
  /** Node at which a call starts. */
  start: z.union([nodeIdSchema, z.literal('')]),
  nodes: z.record(nodeIdSchema, flowNodeSchema).refine((nodes) => Object.keys(nodes).length <= 300, { message: 'at most 300 nodes' }),
  view: z.record(nodeIdSchema, viewSchema).optional(),
});

/** Plain data that nobody changes in place. */
type Deep<T> = T extends readonly (infer Item)[] ? readonly Deep<Item>[] : T extends object ? { readonly [Key in keyof T]: Deep<T[Key]> } : T;

export type FlowNode = Deep<z.output<typeof flowNodeSchema>>;
export type FlowVerb = FlowNode['verb'];
export type NodeOf<Verb extends FlowVerb> = Extract<FlowNode, { verb: Verb }>;
export type Flow = Deep<z.output<typeof flowDefinitionSchema>>;
export type OpenHours = Deep<z.output<typeof openHoursSchema>>;
export type Span = OpenHours['days'][string][number];
export type SayPart = Deep<z.output<typeof sayPartSchema>>;
export type Clause = Deep<z.output<typeof clauseSchema>>;
