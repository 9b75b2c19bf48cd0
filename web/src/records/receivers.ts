/** Who is told of something: people by mail, programs by webhook. */
export interface Receivers {
  recipients: string[];
  /** Empty = no program. */
  webhookUrl: string;
}

/** RFC 5321 section 4.5.3.1.3, without its angle brackets. */
const LONGEST_ADDRESS = 254;
const MAIL_ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export const wrongAddresses = (recipients: readonly string[]): string[] => recipients.filter((address) => address.length > LONGEST_ADDRESS || !MAIL_ADDRESS.test(address));

export const isWebhook = (url: string): boolean => url === '' || (/^https?:\/\//.test(url) && URL.canParse(url));

/** Nothing of it would be refused. */
export const areReceivers = ({ recipients, webhookUrl }: Receivers): boolean => wrongAddresses(recipients).length === 0 && isWebhook(webhookUrl.trim());
