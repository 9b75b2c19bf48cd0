/** One file with a mail. */
export interface MailAttachment {
  name: string;
  mediaType: string;
  /** Base64. */
  content: string;
}

/** What is sealed of a mail (`mail_outbox.sealed`). */
export interface MailContent {
  to: string[];
  subject: string;
  text: string;
  attachments: MailAttachment[];
}

export const mailPlace = (id: string) => ({ table: 'mail_outbox', column: 'sealed', id });
