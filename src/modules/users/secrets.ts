import { createHash, createHmac, randomBytes } from 'node:crypto';

/** 256 random bits as text for cookies and keys. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is stored instead of a secret: its SHA-256. Enough for secrets with 256 random bits. */
export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** The token for unsafe methods: derived from the cookie's secret, so that it need not be stored to be told again. */
export const csrfTokenOf = (secret: string): string => createHmac('sha256', secret).update('csrf').digest('base64url');

const CREDENTIAL = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[._]([A-Za-z0-9_-]{43})$/;

/** Splits `TENANT.SECRET` (cookie) or `TENANT_SECRET` (API key); null when it is neither. */
export function splitCredential(text: string): { tenantId: string; secret: string } | null {
  const match = CREDENTIAL.exec(text);
  return match?.[1] && match[2] ? { tenantId: match[1], secret: match[2] } : null;
}
