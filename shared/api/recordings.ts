import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, numberSearchSchema, pageFields, recordFields, requiredText, timeSchema } from './common.ts';

export const recordingSchema = z.object({
  ...recordFields,
  callId: idSchema,
  kind: z.enum(['call', 'voicemail']),
  status: z.enum(['recording', 'complete', 'interrupted', 'deleted']),
  startedAt: timeSchema,
  durationMs: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  /** SHA-256 of the sealed file, hex. */
  sha256: z.string().nullable(),
  direction: z.enum(['inbound', 'outbound']),
  callerNumber: z.string(),
  callerName: z.string(),
  agentId: idSchema.nullable(),
  agentName: z.string(),
  queueName: z.string(),
  customerId: idSchema.nullable(),
  customerName: z.string(),
  labelIds: z.array(idSchema),
  /** Since when a hold keeps it from being deleted. */
  heldAt: timeSchema.nullable(),
  /** When somebody first heard it. */
  playedAt: timeSchema.nullable(),
});

/** What somebody wrote at a place of a recording. */
export const recordingCommentSchema = z.object({
  id: idSchema,
  atMs: z.number().int(),
  text: z.string(),
  authorId: idSchema.nullable(),
  authorName: z.string(),
  createdAt: timeSchema,
});

/** Loudest sample per 100 ms per channel, 0..127: left = caller, right = agent. */
export const peaksSchema = z.object({ left: z.array(z.number()), right: z.array(z.number()) });

/** A part without the sound that was there, ms from the start: recording was paused, or the network lost it. */
export const recordingGapSchema = z.object({
  kind: z.enum(['pause', 'loss']),
  channel: z.enum(['left', 'right', 'both']),
  fromMs: z.number(),
  toMs: z.number(),
});

export const recordingDetailSchema = z.object({
  ...recordingSchema.shape,
  peaks: peaksSchema.nullable(),
  gaps: z.array(recordingGapSchema),
  comments: z.array(recordingCommentSchema),
  /** Why it is held; empty = it is not. */
  holdReason: z.string(),
});

export const listRecordings = route({
  id: 'listRecordings',
  method: 'GET',
  path: '/recordings',
  summary: 'List recordings, newest first. Without `recording.play.all` only of the own calls.',
  tag: 'recordings',
  permission: 'recording.play.own',
  rate: 'normal',
  query: z.strictObject({
    ...pageFields,
    from: timeSchema.optional(),
    to: timeSchema.optional(),
    callId: idSchema.optional(),
    agentId: idSchema.optional(),
    kind: z.enum(['call', 'voicemail']).optional(),
    queueId: idSchema.optional(),
    labelId: idSchema.optional(),
    held: z.stringbool().optional(),
    unheard: z.stringbool().optional(),
    minDurationMs: z.coerce.number().int().min(0).optional(),
    number: numberSearchSchema.optional(),
  }),
  response: listOf(recordingSchema),
});

export const getRecording = route({
  id: 'getRecording',
  method: 'GET',
  path: '/recordings/{id}',
  summary: 'One recording with the peaks of its waveform.',
  tag: 'recordings',
  permission: 'recording.play.own',
  rate: 'normal',
  params: idParams,
  response: recordingDetailSchema,
});

export const recordingAudio = route({
  id: 'recordingAudio',
  method: 'GET',
  path: '/recordings/{id}/audio',
  summary: 'The sound as a two-channel WAV file; supports Range. Each play is audited.',
  tag: 'recordings',
  permission: 'recording.play.own',
  rate: 'heavy',
  params: idParams,
  /** Needed where a label is sensitive; written to the audit log. */
  query: z.strictObject({ reason: requiredText(500).optional() }),
  binary: 'audio/wav',
});

export const callTail = route({
  id: 'callTail',
  method: 'GET',
  path: '/calls/{id}/tail',
  summary: 'What was said in the last seconds of a call, also while it goes on, as a two-channel WAV file. Each play is audited.',
  tag: 'recordings',
  permission: 'call.supervise',
  rate: 'heavy',
  params: idParams,
  query: z.strictObject({ seconds: z.coerce.number().int().min(1).max(120).default(30) }),
  binary: 'audio/wav',
});

export type Recording = z.infer<typeof recordingSchema>;
export type RecordingDetail = z.infer<typeof recordingDetailSchema>;
export type RecordingComment = z.infer<typeof recordingCommentSchema>;
export type RecordingGap = z.infer<typeof recordingGapSchema>;
export type Peaks = z.infer<typeof peaksSchema>;
