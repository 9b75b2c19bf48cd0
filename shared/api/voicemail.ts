import { z } from 'zod';
import { route } from '../contract.ts';
import { promptNameSchema } from './prompts.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, timeSchema } from './common.ts';

const settings = { tag: 'voicemail', permission: 'settings.manage', rate: 'normal' } as const;
const use = { tag: 'voicemail', permission: 'recording.play.own', rate: 'normal' } as const;

/** What flows and telephones name a box by. */
export const boxNumberSchema = z.string().regex(/^\d{2,10}$/);

const boxFields = {
  number: boxNumberSchema,
  name: requiredText(100),
  /** Sound that is played before the beep where the flow names none; empty = the beep alone. */
  greeting: z.union([z.literal(''), promptNameSchema]),
  /** How long messages are kept; null = as the tenant's other recordings. */
  retentionDays: z.number().int().min(1).max(36_500).nullable(),
  /** One that is not active takes messages, but cannot be listened to by telephone. */
  active: z.boolean(),
  memberIds: z.array(idSchema).max(500),
  /** Everybody who is in one of these queues is a member too. */
  queueIds: z.array(idSchema).max(100),
  /** Who gets a mail for each new message. */
  recipients: z.array(z.email().max(254)).max(20),
} as const;

export const voicemailBoxSchema = z.object({
  ...recordFields,
  ...boxFields,
  hasPin: z.boolean(),
  /** Too many wrong PINs: until then it cannot be listened to by telephone. */
  lockedUntil: timeSchema.nullable(),
  newMessages: z.number().int(),
  heardMessages: z.number().int(),
});

export const listVoicemailBoxes = route({
  ...use,
  id: 'listVoicemailBoxes',
  method: 'GET',
  path: '/voicemail-boxes',
  summary: 'Voicemail boxes that the session may listen to, with their numbers of messages; all with `recording.play.all`. Receivers of mail are shown to `settings.manage` only.',
  response: z.object({ items: z.array(voicemailBoxSchema), canSendMail: z.boolean() }),
});

export const createVoicemailBox = route({
  ...settings,
  id: 'createVoicemailBox',
  method: 'POST',
  path: '/voicemail-boxes',
  summary: 'Add a voicemail box.',
  body: z.strictObject(boxFields),
  response: voicemailBoxSchema,
});

export const updateVoicemailBox = route({
  ...settings,
  id: 'updateVoicemailBox',
  method: 'PATCH',
  path: '/voicemail-boxes/{id}',
  summary: 'Change a voicemail box.',
  params: idParams,
  body: z.strictObject(boxFields).partial(),
  response: voicemailBoxSchema,
});

export const setVoicemailPin = route({
  ...use,
  id: 'setVoicemailPin',
  method: 'PUT',
  path: '/voicemail-boxes/{id}/pin',
  summary: 'Set the PIN for listening by telephone, as a member of the box or with `settings.manage`; ends a lock. Null takes it away: nobody listens by telephone then.',
  params: idParams,
  body: z.strictObject({ pin: z.string().regex(/^\d{4,10}$/).nullable() }),
});

export const VOICEMAIL_STATES = ['new', 'heard', 'deleted'] as const;

export const voicemailSchema = z.object({
  /** Of its recording. */
  ...recordFields,
  boxId: idSchema,
  boxName: z.string(),
  callId: idSchema,
  state: z.enum(VOICEMAIL_STATES),
  startedAt: timeSchema,
  /** Null while the caller speaks, or when the recording broke off. */
  durationMs: z.number().nullable(),
  /** The message is complete, or as much of it as there is. */
  playable: z.boolean(),
  callerNumber: z.string(),
  callerName: z.string(),
  customerId: idSchema.nullable(),
  customerName: z.string(),
  caseId: idSchema.nullable(),
  caseNumber: z.number().int().nullable(),
  caseSubject: z.string(),
  assigneeId: idSchema.nullable(),
  assigneeName: z.string(),
  deletedAt: timeSchema.nullable(),
});

/** A message that was deleted can be taken back for so long, days. */
export const DELETED_KEPT_DAYS = 30;

export const listVoicemails = route({
  ...use,
  id: 'listVoicemails',
  method: 'GET',
  path: '/voicemails',
  summary: `Messages of the boxes that the session may listen to, and those assigned to it, newest first. Deleted ones can be taken back for ${DELETED_KEPT_DAYS} days.`,
  query: z.strictObject({ ...pageFields, boxId: idSchema.optional(), agentId: idSchema.optional(), state: z.enum(VOICEMAIL_STATES).optional() }),
  response: listOf(voicemailSchema),
});

export const updateVoicemail = route({
  ...use,
  id: 'updateVoicemail',
  method: 'PATCH',
  path: '/voicemails/{id}',
  summary: 'Mark a message as heard or new, delete it or take it back, give it to somebody, link it to a customer and a case of theirs.',
  params: idParams,
  body: z
    .strictObject({ state: z.enum(VOICEMAIL_STATES), assigneeId: idSchema.nullable(), customerId: idSchema.nullable(), caseId: idSchema.nullable() })
    .partial(),
  response: voicemailSchema,
});

export type VoicemailBox = z.infer<typeof voicemailBoxSchema>;
export type Voicemail = z.infer<typeof voicemailSchema>;
export type VoicemailState = (typeof VOICEMAIL_STATES)[number];
