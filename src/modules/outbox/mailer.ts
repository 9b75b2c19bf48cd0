import { createTransport } from 'nodemailer';
import type { MailContent } from './outbox-content.ts';

/** Hands mail to a mail host. */
export interface Mailer {
  /** @param id the same for every try of one mail, so that receivers can tell a second copy. @throws Error with the host's words */
  send(id: string, mail: MailContent): Promise<void>;
  close(): void;
}

/** A host that does not answer within this time is away, ms. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * Mail by SMTP.
 * @param url `smtp://user:password@host:587` (STARTTLS where the host offers it; `?requireTLS=true` insists) or `smtps://…`
 * @param from sender, `Name <address>` or an address
 */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({ url, connectionTimeout: ANSWER_LIMIT_MS, greetingTimeout: ANSWER_LIMIT_MS, socketTimeout: ANSWER_LIMIT_MS, disableFileAccess: true, disableUrlAccess: true });
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    async send(id, { to, subject, text, attachments }) {
      await transport.sendMail({
        from,
        to,
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        // Nobody answers an automatic mail automatically (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
        attachments: attachments.map(({ name, mediaType, content }) => ({ filename: name, contentType: mediaType, content: Buffer.from(content, 'base64') })),
      });
    },
    close: () => transport.close(),
  };
}
