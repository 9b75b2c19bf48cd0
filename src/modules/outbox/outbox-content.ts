/** One file with a mail. */
export interface MailAttachment {
  name: string;
  mediaType: string;
  /** Base64. */
  content: string;
}

/** A mail on its way. */
export interface MailContent {
  to: string[];
  subject: string;
  text: string;
  attachments: MailAttachment[];
}

/** A call of somebody's web server on its way. */
export interface WebhookContent {
  url: string;
  /** Key of the signature. */
  secret: string;
  /** For example `alert.raised`. */
  event: string;
  /** JSON. */
  body: string;
}

/** What waits in the outbox (`outbox.sealed`), by its kind. */
export type OutboxItem = { kind: 'mail'; content: MailContent } | { kind: 'webhook'; content: WebhookContent };

export const outboxPlace = (id: string) => ({ table: 'outbox', column: 'sealed', id });
