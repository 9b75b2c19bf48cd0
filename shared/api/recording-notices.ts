import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, recordFields, requiredText } from './common.ts';

const base = { tag: 'recordings', permission: 'recording.manage', rate: 'normal' } as const;

const noticeFields = {
  name: requiredText(100),
  /** Null = recordings of calls and voicemail. */
  kind: z.enum(['call', 'voicemail']).nullable(),
  /** Null = of any queue, or of none. */
  queueId: idSchema.nullable(),
  /** Null = whatever its labels; else told when the recording is saved with the label, or gets it later. */
  labelId: idSchema.nullable(),
  recipients: z.array(z.email().max(254)).max(20),
  /** Called with POST and a signature; empty = nobody's. Only servers of the public internet are called. */
  webhookUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(1000)]),
  active: z.boolean(),
} as const;

export const recordingNoticeSchema = z.object({
  ...recordFields,
  ...noticeFields,
  queueName: z.string(),
  /** Key of the webhook's signature; empty without a webhook. */
  webhookSecret: z.string(),
});

export const listRecordingNotices = route({
  ...base,
  id: 'listRecordingNotices',
  method: 'GET',
  path: '/recording-notices',
  summary: 'Who is told that a recording was saved. `canSendMail` is false while no mail host is configured.',
  response: z.object({ items: z.array(recordingNoticeSchema), canSendMail: z.boolean() }),
});

export const createRecordingNotice = route({
  ...base,
  id: 'createRecordingNotice',
  method: 'POST',
  path: '/recording-notices',
  summary: 'Tell people or a program of recordings that are saved from now on: a link, nothing of what was said.',
  body: z.strictObject(noticeFields),
  response: recordingNoticeSchema,
});

export const updateRecordingNotice = route({
  ...base,
  id: 'updateRecordingNotice',
  method: 'PATCH',
  path: '/recording-notices/{id}',
  summary: 'Change who is told of recordings; a new webhook gets a new secret.',
  params: idParams,
  body: z.strictObject(noticeFields).partial(),
  response: recordingNoticeSchema,
});

export const deleteRecordingNotice = route({
  ...base,
  id: 'deleteRecordingNotice',
  method: 'DELETE',
  path: '/recording-notices/{id}',
  summary: 'Tell nobody any more.',
  params: idParams,
});

export type RecordingNotice = z.infer<typeof recordingNoticeSchema>;
