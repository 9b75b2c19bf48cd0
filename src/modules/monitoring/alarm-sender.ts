/** Takes alarms and reminders to the people of the provider: mail and webhook, tried again until they are taken. */
import type { Alarm } from '../../../shared/api/monitoring.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { anyAddress } from '../../lib/outside-request.ts';
import type { Mailer } from '../outbox/mailer.ts';
import type { MailContent } from '../outbox/outbox-content.ts';
import { sendWebhook } from '../outbox/webhook.ts';
import { alarmMail } from './alarm-mail.ts';

/** Waits between tries, ms; the last one again and again. */
const WAITS_MS = [10_000, 30_000, 120_000, 600_000] as const;
/** After so long nobody waits for the news any more, ms. */
const LONGEST_MS = 24 * 3_600_000;
/** More than this many wait only when nothing is taken for hours; the oldest are given up first. */
const MOST_WAITING = 500;

export interface AlarmTargets {
  mailer: Mailer | null;
  mailTo: readonly string[];
  /** `secret` signs as tenants' webhooks are signed. */
  webhook: { url: string; secret: string } | null;
  /** Of the installation, for people with several. */
  name: string;
}

/** What people are told, in the form of each way to them. */
export interface Notice {
  id: string;
  /** Of the webhook, for example `monitoring.alarm`. */
  event: string;
  data: object;
  /** @param name of the installation */
  mail(to: readonly string[], name: string): MailContent;
}

interface Waiting {
  notice: Notice;
  by: 'mail' | 'webhook';
  tries: number;
  beganAt: number;
  dueAt: number;
}

export class AlarmSender {
  readonly #targets: AlarmTargets;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #waiting: Waiting[] = [];
  #isSending = false;

  constructor(targets: AlarmTargets, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#targets = targets;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Where alarms go. */
  get to(): { mail: boolean; webhook: boolean } {
    const { mailer, mailTo, webhook } = this.#targets;
    return { mail: mailer !== null && mailTo.length > 0, webhook: webhook !== null };
  }

  get undelivered(): number {
    return this.#waiting.length;
  }

  add(alarm: Alarm): void {
    this.addNotice({ id: alarm.id, event: 'monitoring.alarm', data: alarm, mail: (to, name) => alarmMail(alarm, to, name) });
  }

  addNotice(notice: Notice): void {
    const now = this.#clock.monotonic();
    const { mail, webhook } = this.to;
    for (const by of [...(mail ? (['mail'] as const) : []), ...(webhook ? (['webhook'] as const) : [])]) this.#waiting.push({ notice, by, tries: 0, beganAt: now, dueAt: now });
    const over = this.#waiting.length - MOST_WAITING;
    if (over > 0) this.#giveUp(this.#waiting.slice(0, over));
  }

  /** Sends what is due; called again and again. */
  async send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const now = this.#clock.monotonic();
      this.#giveUp(this.#waiting.filter(({ beganAt }) => now - beganAt > LONGEST_MS));
      for (const one of this.#waiting.filter(({ dueAt }) => dueAt <= now)) await this.#try(one);
    } finally {
      this.#isSending = false;
    }
  }

  async #try(one: Waiting): Promise<void> {
    try {
      await this.#deliver(one);
      this.#waiting = this.#waiting.filter((other) => other !== one);
    } catch (error) {
      one.dueAt = this.#clock.monotonic() + (WAITS_MS[Math.min(one.tries, WAITS_MS.length - 1)] ?? 0);
      one.tries += 1;
      this.#logger.warn({ alarm: one.notice.id, by: one.by, tries: one.tries, error: messageOf(error) }, 'an alarm could not be delivered yet');
    }
  }

  async #deliver({ notice, by }: Waiting): Promise<void> {
    const { mailer, mailTo, webhook, name } = this.#targets;
    if (by === 'mail') return mailer?.send(notice.id, notice.mail(mailTo, name));
    if (webhook) await sendWebhook(notice.id, { ...webhook, event: notice.event, body: JSON.stringify({ installation: name, ...notice.data }) }, this.#clock.wall(), anyAddress);
  }

  #giveUp(lost: readonly Waiting[]): void {
    if (lost.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => !lost.includes(one));
    this.#logger.error({ alarms: lost.map(({ notice }) => notice.id) }, 'alarms were given up: nobody took them');
  }
}
