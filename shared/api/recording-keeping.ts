import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, recordFields, requiredText, text, timeSchema } from './common.ts';
import { recordingCommentSchema } from './recordings.ts';

/** A mark on recordings, which may say how long they are kept and that hearing them needs a reason. */
export const recordingLabelSchema = z.object({
  ...recordFields,
  label: z.string(),
  labelEn: z.string(),
  /** Kept at least so many days; null = the label says nothing about it. */
  retentionDays: z.number().int().nullable(),
  sensitive: z.boolean(),
  position: z.number().int(),
  /** Can be given to recordings. */
  active: z.boolean(),
});

const retentionDays = z.number().int().min(1).max(36_500).nullable();

const labelFields = {
  label: requiredText(50),
  labelEn: requiredText(50),
  retentionDays,
  sensitive: z.boolean(),
  position: z.number().int().min(0).max(10_000),
} as const;

export const listRecordingLabels = route({
  id: 'listRecordingLabels',
  method: 'GET',
  path: '/recording-labels',
  summary: 'All labels for recordings, in their order.',
  tag: 'recordings',
  permission: 'recording.play.own',
  rate: 'normal',
  response: z.object({ items: z.array(recordingLabelSchema) }),
});

export const createRecordingLabel = route({
  id: 'createRecordingLabel',
  method: 'POST',
  path: '/recording-labels',
  summary: 'Add a label for recordings.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  body: z.strictObject(labelFields),
  response: recordingLabelSchema,
});

export const updateRecordingLabel = route({
  id: 'updateRecordingLabel',
  method: 'PATCH',
  path: '/recording-labels/{id}',
  summary: 'Change a label, or retire it. A shorter retention counts for recordings that have it already: see the preview first.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ ...labelFields, active: z.boolean() }).partial(),
  response: recordingLabelSchema,
});

export const labelRecording = route({
  id: 'labelRecording',
  method: 'PUT',
  path: '/recordings/{id}/labels',
  summary: 'Give a recording exactly these labels.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ labelIds: z.array(idSchema).max(20) }),
  response: z.object({ labelIds: z.array(idSchema) }),
});

export const holdRecording = route({
  id: 'holdRecording',
  method: 'PUT',
  path: '/recordings/{id}/hold',
  summary: 'Hold a recording, so that nothing deletes it; without a reason, lift the hold.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ reason: requiredText(500).nullable() }),
});

const comments = z.object({ items: z.array(recordingCommentSchema) });

export const commentRecording = route({
  id: 'commentRecording',
  method: 'POST',
  path: '/recordings/{id}/comments',
  summary: 'Comment on a place of a recording.',
  tag: 'recordings',
  permission: 'recording.play.own',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ atMs: z.number().int().min(0).max(2 ** 31 - 1), text: requiredText(2000) }),
  response: comments,
});

export const removeRecordingComment = route({
  id: 'removeRecordingComment',
  method: 'DELETE',
  path: '/recording-comments/{id}',
  summary: 'Take an own comment back; with `recording.manage` anybody’s.',
  tag: 'recordings',
  permission: 'recording.play.own',
  rate: 'normal',
  params: idParams,
});

export const downloadRecording = route({
  id: 'downloadRecording',
  method: 'POST',
  path: '/recordings/{id}/download',
  summary: 'The whole sound as a WAV file; the reason is written to the audit log.',
  tag: 'recordings',
  permission: 'recording.download',
  rate: 'heavy',
  params: idParams,
  body: z.strictObject({ reason: requiredText(500) }),
  binary: 'audio/wav',
});

export const recordingShareSchema = z.object({
  id: idSchema,
  purpose: z.string(),
  expiresAt: timeSchema,
  revokedAt: timeSchema.nullable(),
  plays: z.number().int(),
  lastPlayedAt: timeSchema.nullable(),
  createdAt: timeSchema,
  createdBy: z.string(),
});

const shares = z.object({ items: z.array(recordingShareSchema) });

export const listRecordingShares = route({
  id: 'listRecordingShares',
  method: 'GET',
  path: '/recordings/{id}/shares',
  summary: 'Links to a recording for people without a login, with how often each was used.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  params: idParams,
  response: shares,
});

export const shareRecording = route({
  id: 'shareRecording',
  method: 'POST',
  path: '/recordings/{id}/shares',
  summary: 'Make a link with which anybody who has it hears the recording until it ends; the token is told once.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ purpose: requiredText(500), hours: z.number().int().min(1).max(24 * 60) }),
  response: z.object({ id: idSchema, token: z.string(), expiresAt: timeSchema }),
});

export const revokeRecordingShare = route({
  id: 'revokeRecordingShare',
  method: 'DELETE',
  path: '/recording-shares/{id}',
  summary: 'End a link at once.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  params: idParams,
});

const shareToken = z.strictObject({ token: requiredText(200) });

export const sharedRecording = route({
  id: 'sharedRecording',
  method: 'GET',
  path: '/public/recording/{token}',
  summary: 'What a link to a recording leads to; 404 when it has ended.',
  tag: 'public',
  permission: 'public',
  rate: 'public',
  params: shareToken,
  response: z.object({ startedAt: timeSchema, durationMs: z.number().nullable(), expiresAt: timeSchema }),
});

export const sharedRecordingAudio = route({
  id: 'sharedRecordingAudio',
  method: 'GET',
  path: '/public/recording/{token}/audio',
  summary: 'The sound behind a link as WAV; supports Range. Each play is audited with its address.',
  tag: 'public',
  permission: 'public',
  rate: 'public',
  params: shareToken,
  binary: 'audio/wav',
});

export const retentionPreviewSchema = z.object({
  /** Recordings that the rules would delete now. */
  recordings: z.number().int(),
  bytes: z.number(),
  oldest: timeSchema.nullable(),
  newest: timeSchema.nullable(),
  /** Recordings as old that a hold keeps. */
  held: z.number().int(),
});

const retentionSchema = z.object({ defaultDays: retentionDays, due: retentionPreviewSchema });

export const getRetention = route({
  id: 'getRetention',
  method: 'GET',
  path: '/recording-retention',
  summary: 'How long recordings without a label of their own are kept, and what is to be deleted now.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  response: retentionSchema,
});

export const previewRetention = route({
  id: 'previewRetention',
  method: 'POST',
  path: '/recording-retention/preview',
  summary: 'What would be deleted if these limits counted; changes nothing.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'heavy',
  body: z.strictObject({
    defaultDays: retentionDays,
    /** Days of labels in place of the stored ones. */
    labels: z.array(z.strictObject({ id: text(40), days: retentionDays })).max(500).default([]),
  }),
  response: retentionPreviewSchema,
});

export const setRetention = route({
  id: 'setRetention',
  method: 'PUT',
  path: '/recording-retention',
  summary: 'Set how long recordings without a label of their own are kept; null = for ever.',
  tag: 'recordings',
  permission: 'recording.manage',
  rate: 'normal',
  body: z.strictObject({ defaultDays: retentionDays }),
  response: z.object({ defaultDays: retentionDays, due: retentionPreviewSchema }),
});

export type RecordingLabel = z.infer<typeof recordingLabelSchema>;
export type RecordingShare = z.infer<typeof recordingShareSchema>;
export type Retention = z.infer<typeof retentionSchema>;
export type RetentionPreview = z.infer<typeof retentionPreviewSchema>;
