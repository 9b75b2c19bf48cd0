import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, requiredText, timeSchema } from './common.ts';

/* Accounts of the provider's people, and their second factors, at the operator's port. */

const roleSchema = z.enum(['admin', 'staff']);

const operatorAccountSchema = z.object({
  id: idSchema,
  loginId: z.string(),
  role: roleSchema,
  createdAt: timeSchema,
  /** Since when nobody logs in with it; null = somebody may. */
  disabledAt: timeSchema.nullable(),
  /** Null: the next login sets it up before anything else. */
  secondFactorSince: timeSchema.nullable(),
});

const operatorSessionSchema = z.object({
  id: idSchema,
  loginId: z.string(),
  ip: z.string(),
  userAgent: z.string(),
  createdAt: timeSchema,
  /** To the minute. */
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
  /** The one that asks. */
  current: z.boolean(),
});

/** Told this once. */
const issuedPassword = z.object({ password: z.string() });

export type OperatorAccount = z.infer<typeof operatorAccountSchema>;
export type OperatorSessionView = z.infer<typeof operatorSessionSchema>;

const common = { tag: 'operator', permission: 'session', rate: 'normal' } as const;

export const beginOperatorFactor = route({
  ...common,
  id: 'beginOperatorFactor',
  method: 'POST',
  path: '/second-factor',
  summary: 'Begin to set the second factor up: a new secret for the authenticator app.',
  response: z.object({
    /** Base32, for typing into the app. */
    secret: z.string(),
    uri: z.string(),
    /** Rows of the QR code, `1` = dark. */
    qr: z.array(z.string()),
  }),
});

export const confirmOperatorFactor = route({
  ...common,
  id: 'confirmOperatorFactor',
  method: 'POST',
  path: '/second-factor/confirm',
  summary: 'End the set-up with a code of the app; tells the recovery codes.',
  body: z.strictObject({ code: requiredText(20) }),
  response: z.object({ recoveryCodes: z.array(z.string()) }),
});

export const listOperatorAccounts = route({
  ...common,
  id: 'listOperatorAccounts',
  method: 'GET',
  path: '/operators',
  summary: 'All operators (admins only).',
  response: z.object({ items: z.array(operatorAccountSchema) }),
});

export const createOperatorAccount = route({
  ...common,
  id: 'createOperatorAccount',
  method: 'POST',
  path: '/operators',
  summary: 'A new operator (admins only); the password is told once.',
  body: z.strictObject({ loginId: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,49}$/), role: roleSchema }),
  response: issuedPassword,
});

const onAccount = (what: string) => ({ ...common, method: 'POST', path: `/operators/{id}/${what}`, params: idParams }) as const;

export const disableOperator = route({ ...onAccount('disable'), id: 'disableOperator', summary: 'Nobody logs in with the account any more; its sessions end (admins only).' });
export const enableOperator = route({ ...onAccount('enable'), id: 'enableOperator', summary: 'The account may log in again (admins only).' });
export const setOperatorRole = route({ ...onAccount('role'), id: 'setOperatorRole', summary: 'Change the role; sessions end (admins only).', body: z.strictObject({ role: roleSchema }) });
export const reissueOperatorPassword = route({ ...onAccount('reset-password'), id: 'reissueOperatorPassword', summary: 'A new password, told once (admins only).', response: issuedPassword });
export const resetOperatorFactor = route({ ...onAccount('reset-second-factor'), id: 'resetOperatorFactor', summary: 'Takes the second factor away; the next login sets a new one up (admins only).' });

export const listOperatorSessions = route({
  ...common,
  id: 'listOperatorSessions',
  method: 'GET',
  path: '/sessions',
  summary: 'Live sessions: of all operators for admins, the own ones for everybody else.',
  response: z.object({ items: z.array(operatorSessionSchema) }),
});

export const revokeOperatorSession = route({ ...common, id: 'revokeOperatorSession', method: 'POST', path: '/sessions/{id}/revoke', summary: 'End a session that the list shows.', params: idParams });
