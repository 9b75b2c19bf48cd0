import { Counter, type Registry } from 'prom-client';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OutsideWorld } from '../../lib/outside-request.ts';
import type { Mailer } from './mailer.ts';
import { markNotSent, markSent, takeDue, type OutboxPurpose, type TakenItem } from './outbox.ts';
import type { OutboxItem } from './outbox-content.ts';
import { sendWebhook } from './webhook.ts';

const ACTOR: Actor = { kind: 'system', id: 'outbox', ip: '' };

const BATCH = 20;
/** While something is being sent nobody else takes it, ms. */
const HOLD_MS = 5 * 60_000;
/** Waits between the tries: 1, 2, 4 … minutes, an hour at most. */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** After so many tries, about a day, an item is given up. */
const MOST_TRIES = 28;

export interface OutboxWorkerDeps {
  withTenant: WithTenant;
  /** Null = mail waits. */
  mailer: Mailer | null;
  clock: Clock;
  logger: Logger;
  registry: Registry;
  /** What tests put in the place of the internet. */
  world?: OutsideWorld;
}

/** What the audit log says of an item, and what is kept of it once it has left: no attachment, no secret. */
function traceOf({ kind, content }: OutboxItem): { detail: Record<string, unknown>; kept: object } {
  if (kind === 'mail') return { detail: { to: content.to, subject: content.subject }, kept: { ...content, attachments: [] } };
  return { detail: { url: content.url, event: content.event }, kept: { ...content, secret: '' } };
}

/** Sends what waits in the outbox of a tenant. `scc_outbox_total` counts by kind and result. */
export function createOutboxWorker({ withTenant, mailer, clock, logger, registry, world }: OutboxWorkerDeps) {
  const sent = new Counter({ name: 'scc_outbox_total', help: 'Mails and webhooks that were taken by their receiver, or not.', labelNames: ['kind', 'result'], registers: [registry] });
  const kinds = mailer ? ['mail', 'webhook'] : ['webhook'];
  const inTenant = <T>(tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(tenantId, ACTOR, work);

  async function send(id: string, item: OutboxItem): Promise<void> {
    if (item.kind === 'webhook') await sendWebhook(id, item.content, clock.wall(), world);
    else await mailer?.send(id, item.content);
  }

  async function sendOne(tenantId: string, { id, attempts, item }: TakenItem): Promise<void> {
    const { kind } = item;
    const { detail, kept } = traceOf(item);
    const subject = { kind, id };
    try {
      await send(id, item);
    } catch (error) {
      const tries = attempts + 1;
      const givenUp = tries >= MOST_TRIES;
      const reason = messageOf(error);
      sent.inc({ kind, result: givenUp ? 'failed' : 'retried' });
      logger.warn({ tenantId, id, kind, tries, givenUp, error: reason }, 'not taken by its receiver');
      await inTenant(tenantId, async (tx) => {
        await markNotSent(tx, id, reason, givenUp ? null : new Date(clock.wall() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts)));
        if (givenUp) await tx.audit({ code: kind === 'mail' ? 'mail.failed' : 'webhook.failed', subject, detail: { ...detail, tries, error: reason.slice(0, 500) } });
      });
      return;
    }
    sent.inc({ kind, result: 'sent' });
    await inTenant(tenantId, async (tx) => {
      await markSent(tx, id, kept, new Date(clock.wall()));
      await tx.audit({ code: kind === 'mail' ? 'mail.sent' : 'webhook.sent', subject, detail });
    });
  }

  async function sendDue(tenantId: string, purpose: OutboxPurpose | null): Promise<void> {
    const taken = await inTenant(tenantId, (tx) => takeDue(tx, new Date(clock.wall()), BATCH, HOLD_MS, kinds, purpose));
    for (const item of taken) await sendOne(tenantId, item);
  }

  return {
    name: 'outbox',
    run: (tenantId: string): Promise<void> => sendDue(tenantId, null),
    /** For tenants whose contract has ended: nothing but what they are told of it still leaves. */
    ofContracts: { name: 'mail about contracts', run: (tenantId: string): Promise<void> => sendDue(tenantId, 'contract') },
  };
}
