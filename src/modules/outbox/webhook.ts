import { createHmac } from 'node:crypto';
import { askOutside, type OutsideWorld } from '../../lib/outside-request.ts';
import type { WebhookContent } from './outbox-content.ts';

/** Somebody's server must answer within, ms. */
const ANSWER_LIMIT_MS = 10_000;

/**
 * Signature of a webhook: HMAC-SHA-256 over `TIME.BODY`, hex. Whoever checks it also refuses times that are minutes away, so that a
 * call that was overheard is worth nothing later.
 * @param at seconds since the epoch
 */
export const webhookSignature = (secret: string, at: number, body: string): string => createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');

/** @param id the same for every try, so that receivers can tell a second one @throws Error when the server did not take it */
export async function sendWebhook(id: string, { url, secret, event, body }: WebhookContent, wallMs: number, world?: OutsideWorld): Promise<void> {
  const at = Math.floor(wallMs / 1000);
  const headers = { 'scc-event': event, 'scc-delivery': id, 'scc-timestamp': String(at), 'scc-signature': `v1=${webhookSignature(secret, at, body)}` };
  const { status } = await askOutside({ method: 'POST', url, headers, body, timeoutMs: ANSWER_LIMIT_MS }, world);
  if (status < 200 || status > 299) throw new Error(`The server answered ${status}.`);
}
