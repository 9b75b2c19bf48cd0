import type { RecordingNotice } from '../../../shared/api/recording-notices.ts';
import type { TenantTx } from '../../db/types.ts';
import { enqueue } from '../outbox/outbox.ts';
import type { MailContent, WebhookContent } from '../outbox/outbox-content.ts';
import type { SavedRecording } from './recording-notices.queries.ts';

/** How news of recordings leave. */
export interface NewsWays {
  /** Without a mail host no mail is written. */
  canSendMail: boolean;
  /** Where people open the product, `https://scc.example.jp`; null = not configured: links are paths. */
  publicUrl: string | null;
}

const JAPAN = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'medium' });

/** A message opens in its box, a recording with its call. */
const linkOf = ({ id, call_id, box_id }: SavedRecording, { publicUrl }: NewsWays): string =>
  `${publicUrl ?? ''}${box_id === null ? `/calls/${call_id}` : `/voicemail?message=${id}`}`;

const isVoicemail = ({ kind }: SavedRecording): boolean => kind === 'voicemail';

/** In both languages, and without anything of what was said or by whom: mail travels in the open. */
function newsMail(recording: SavedRecording, to: string[], name: string, ways: NewsWays): MailContent {
  const { box_name, queue_name, created_at, duration_ms, status } = recording;
  const what = isVoicemail(recording) ? '留守番電話のメッセージ / voicemail' : '通話録音 / call recording';
  const where = box_name ?? queue_name ?? '';
  const text = [
    `${what}${where === '' ? '' : ` (${where})`}`,
    `開始 / started: ${JAPAN.format(created_at)} (JST)`,
    ...(duration_ms === null ? [] : [`長さ / length: ${Math.round(duration_ms / 1000)} s`]),
    ...(status === 'interrupted' ? ['途中で終わりました / it ended early'] : []),
    `再生 / play: ${linkOf(recording, ways)}`,
    '',
  ];
  return { to, subject: `[SCC] ${name}: ${isVoicemail(recording) ? '新着メッセージ / new voicemail' : '録音を保存しました / recording saved'}`, text: text.join('\n'), attachments: [] };
}

function newsWebhook(recording: SavedRecording, notice: RecordingNotice, ways: NewsWays): WebhookContent {
  const { id, call_id, kind, status, queue_id, queue_name, box_id, box_name, created_at, duration_ms } = recording;
  const body = JSON.stringify({
    event: 'recording.saved',
    noticeId: notice.id,
    name: notice.name,
    recordingId: id,
    callId: call_id,
    kind,
    status,
    queueId: queue_id,
    queueName: queue_name ?? '',
    boxId: box_id,
    boxName: box_name ?? '',
    labelIds: recording.label_ids,
    startedAt: created_at.toISOString(),
    durationMs: duration_ms,
    url: linkOf(recording, ways),
  });
  return { url: notice.webhookUrl, secret: notice.webhookSecret, event: 'recording.saved', body };
}

/** Whether a notice is about this recording. */
export const concerns = (notice: RecordingNotice, { kind, queue_id, label_ids }: SavedRecording): boolean =>
  notice.active &&
  (notice.kind === null || notice.kind === kind) &&
  (notice.queueId === null || notice.queueId === queue_id) &&
  (notice.labelId === null || label_ids.includes(notice.labelId));

/** Tells whoever the notice names. */
export async function tellOf(tx: TenantTx, recording: SavedRecording, notice: RecordingNotice, ways: NewsWays): Promise<void> {
  if (notice.recipients.length > 0 && ways.canSendMail) await enqueue(tx, 'recording', { kind: 'mail', content: newsMail(recording, notice.recipients, notice.name, ways) });
  if (notice.webhookUrl !== '') await enqueue(tx, 'recording', { kind: 'webhook', content: newsWebhook(recording, notice, ways) });
}

/** Tells the receivers of a voicemail box. */
export async function tellBox(tx: TenantTx, recording: SavedRecording, recipients: string[], ways: NewsWays): Promise<void> {
  if (recipients.length > 0 && ways.canSendMail) await enqueue(tx, 'recording', { kind: 'mail', content: newsMail(recording, recipients, recording.box_name ?? '', ways) });
}
