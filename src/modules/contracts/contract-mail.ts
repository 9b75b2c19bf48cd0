import type { Notice } from '../monitoring/alarm-sender.ts';
import type { Milestone, Reminder } from './contract-machine.ts';

/** What the days of a contract are called. */
export const MILESTONE_WORDS: Readonly<Record<Milestone, Readonly<Record<'ja' | 'en', string>>>> = {
  end: { ja: '契約終了', en: 'end of the contract' },
  returnUntil: { ja: 'データ返却の期限', en: 'last day for returning data' },
  deletion: { ja: '論理削除', en: 'logical deletion' },
  destruction: { ja: 'データと鍵の破棄', en: 'destruction of data and keys' },
  backupsGone: { ja: 'バックアップの消滅', en: 'last backup gone' },
};

/** How far a day is. @param daysLeft negative: late by so many */
export function whenText(daysLeft: number): Record<'ja' | 'en', string> {
  if (daysLeft < 0) return { ja: `${-daysLeft} 日遅れています`, en: `${-daysLeft} days late` };
  if (daysLeft === 0) return { ja: '今日です', en: 'today' };
  return { ja: `あと ${daysLeft} 日です`, en: daysLeft === 1 ? 'in 1 day' : `in ${daysLeft} days` };
}

/** What the provider's people are told of a day that comes, or did not bring what it should. @param slug code of the tenant */
export function contractReminder(id: string, slug: string, { milestone, day, daysLeft }: Reminder, at: Date): Notice {
  const words = MILESTONE_WORDS[milestone];
  const when = whenText(daysLeft);
  return {
    id,
    event: 'contract.reminder',
    data: { id, at: at.toISOString(), tenant: slug, milestone, day, daysLeft },
    mail: (to, name) => ({
      to: [...to],
      subject: `[SCC ${name}] ${slug}: ${words.ja} ${day}`,
      text: `テナント: ${slug}\n${words.ja}: ${day}（${when.ja}）\n\nTenant: ${slug}\n${words.en}: ${day} (${when.en})\n`,
      attachments: [],
    }),
  };
}
