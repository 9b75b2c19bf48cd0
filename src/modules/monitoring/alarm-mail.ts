import type { Alarm } from '../../../shared/api/monitoring.ts';
import type { MailContent } from '../outbox/outbox-content.ts';
import { CHECK_RULES } from './check-rules.ts';
import { CHECK_TEXTS, figureText } from './check-texts.ts';

const momentFormat = new Intl.DateTimeFormat('ja', { timeZone: 'Asia/Tokyo', dateStyle: 'medium', timeStyle: 'medium' });

/** The mail about one alarm, in both languages: who is called at night may read either. @param name of the installation */
export function alarmMail({ at, before, check, reason, value, verdict }: Alarm, to: readonly string[], name: string): MailContent {
  const rule = CHECK_RULES[check];
  const paragraph = (language: 'ja' | 'en', labels: Readonly<Record<'class' | 'check' | 'state' | 'value' | 'time', string>>): string => {
    const texts = CHECK_TEXTS[language];
    const why = reason === null ? '' : ` (${texts.reasons[reason]})`;
    return [
      `${labels.class}: ${texts.classes[rule.class]}`,
      `${labels.check}: ${texts.checks[check]}`,
      `${labels.state}: ${texts.verdicts[before]} → ${texts.verdicts[verdict]}${why}`,
      `${labels.value}: ${figureText(texts, rule.unit, value)}`,
      `${labels.time}: ${momentFormat.format(new Date(at))} (JST)`,
    ].join('\n');
  };
  const { checks, verdicts } = CHECK_TEXTS.ja;
  return {
    to: [...to],
    subject: `[SCC ${name}] ${verdicts[verdict]}: ${checks[check]}`,
    text: `${paragraph('ja', { class: '分類', check: '項目', state: '状態', value: '値', time: '日時' })}\n\n${paragraph('en', { class: 'Class', check: 'Check', state: 'State', value: 'Value', time: 'Time' })}\n`,
    attachments: [],
  };
}
