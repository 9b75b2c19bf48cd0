import type { MailContent } from '../outbox/outbox-content.ts';
import { CONTRACT_DAYS, timelineOf, type Contract, type Milestone, type Reminder } from './contract-machine.ts';
import { MILESTONE_WORDS, whenText } from './contract-mail.ts';

/** What a day means for the tenant's people. Mails are in both languages: they do not know who reads them. */
const MEANINGS: Readonly<Record<Milestone, Readonly<Record<'ja' | 'en', string>>>> = {
  end: {
    ja: `この日の 0 時 (日本時間) からサービスは使えなくなります。その後 ${CONTRACT_DAYS.toReturn} 日間は、管理者だけがログインして、閲覧とデータの書き出しができます。`,
    en: `From 00:00 (Japan time) of this day the service is off. For ${CONTRACT_DAYS.toReturn} days after it administrators alone can log in, to read and to take data out.`,
  },
  returnUntil: {
    ja: '管理者がログインしてデータを書き出せる最後の日です。まだの場合は「設定」の「データの返却」から書き出してください。',
    en: 'The last day on which administrators can log in and take data out: Settings, Data return.',
  },
  deletion: {
    ja: 'この日にデータは論理削除され、電話番号は返却されます。必要なデータが残っている場合は、それまでに提供者へご連絡ください。',
    en: 'On this day the data is deleted logically, and the telephone numbers are given back. If you still need data, turn to the provider before it.',
  },
  destruction: {
    ja: 'この日以降、データは上書き消去され、暗号鍵は破棄されます。元に戻すことはできません。破棄のあと、署名つきの削除証明書を提供者から受け取れます。',
    en: 'From this day on the data is overwritten and its keys are destroyed, for good. Afterwards the provider gives you a signed certificate of it.',
  },
  backupsGone: { ja: 'バックアップにもデータは残りません。', en: 'No backup holds the data any more.' },
};

export interface TenantReminder {
  reminder: Reminder;
  contract: Contract;
  /** In Japan. */
  today: string;
  tenantName: string;
  /** Where people open the product; null = not configured. */
  publicUrl: string | null;
}

/** What an administrator of a tenant is told of a day that comes, with all days of the contract. */
export function tenantReminderMail(to: string, { reminder: { milestone, day, daysLeft }, contract, today, tenantName, publicUrl }: TenantReminder): MailContent {
  const [words, when, meaning] = [MILESTONE_WORDS[milestone], whenText(daysLeft), MEANINGS[milestone]];
  const days = timelineOf(contract, today).map((entry) => `  ${entry.day}  ${MILESTONE_WORDS[entry.milestone].ja} / ${MILESTONE_WORDS[entry.milestone].en}${entry.done ? ' (済 / done)' : ''}`);
  const text = [
    `${tenantName} 管理者の方へ`, '', `${words.ja}: ${day}（${when.ja}）`, meaning.ja, '',
    `To the administrators of ${tenantName}`, '', `${words.en}: ${day} (${when.en})`, meaning.en, '',
    '契約の日程 / days of the contract:', ...days, '',
    ...(publicUrl === null || contract.state === 'logically_deleted' ? [] : [`${publicUrl}/reports`, '']),
  ];
  return { to: [to], subject: `[SCC] ${tenantName}: ${words.ja} ${day}（${when.ja}） / ${words.en}`, text: text.join('\n'), attachments: [] };
}
