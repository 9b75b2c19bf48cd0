import { Counter, type Registry } from 'prom-client';
import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { markNotSent, markSent, takeDueMail, type TakenMail } from './mail-outbox.ts';
import type { Mailer } from './mailer.ts';

export const MAIL_ACTOR: Actor = { kind: 'system', id: 'mail', ip: '' };

const BATCH = 20;
/** While a mail is being sent nobody else takes it, ms. */
const HOLD_MS = 5 * 60_000;
/** Waits between the tries: 1, 2, 4 … minutes, an hour at most. */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** After so many tries, about a day, a mail is given up. */
const MOST_TRIES = 28;

export interface MailWorkerDeps {
  withTenant: WithTenant;
  mailer: Mailer;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** Sends what waits in the outbox of a tenant. */
export interface MailWorker {
  run(tenantId: string): Promise<void>;
}

/** @param deps.registry gets `scc_mail_total` by result */
export function createMailWorker({ withTenant, mailer, clock, logger, registry }: MailWorkerDeps): MailWorker {
  const mails = new Counter({ name: 'scc_mail_total', help: 'Mails handed to the mail host, or not.', labelNames: ['result'], registers: [registry] });
  const inTenant = <T>(tenantId: string, work: Parameters<typeof withTenant<T>>[2]): Promise<T> => withTenant(tenantId, MAIL_ACTOR, work);

  async function sendOne(tenantId: string, mail: TakenMail): Promise<void> {
    try {
      await mailer.send(mail.id, mail.content);
    } catch (error) {
      const tries = mail.attempts + 1;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** mail.attempts);
      const givenUp = tries >= MOST_TRIES;
      mails.inc({ result: givenUp ? 'failed' : 'retried' });
      logger.warn({ tenantId, mailId: mail.id, tries, givenUp, error: messageOf(error) }, 'mail was not taken by the mail host');
      await inTenant(tenantId, async (tx) => {
        await markNotSent(tx, mail.id, messageOf(error), givenUp ? null : new Date(clock.wall() + wait));
        if (givenUp) await tx.audit({ code: 'mail.failed', subject: { kind: 'mail', id: mail.id }, detail: { tries, error: messageOf(error).slice(0, 500) } });
      });
      return;
    }
    mails.inc({ result: 'sent' });
    await inTenant(tenantId, async (tx) => {
      await markSent(tx, mail, new Date(clock.wall()));
      await tx.audit({ code: 'mail.sent', subject: { kind: 'mail', id: mail.id }, detail: { to: mail.content.to, subject: mail.content.subject } });
    });
  }

  return {
    async run(tenantId) {
      const taken = await inTenant(tenantId, (tx) => takeDueMail(tx, new Date(clock.wall()), BATCH, HOLD_MS));
      for (const mail of taken) await sendOne(tenantId, mail);
    },
  };
}
