import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams } from './common.ts';

export const startDraftCall = route({
  id: 'startDraftCall',
  method: 'POST',
  path: '/flows/{id}/draft-calls',
  summary: 'Order a call to what is being edited, from the browser that asks: the ticket opens the WebSocket `/api/v1/draft-call/{ticket}` once, within a minute.',
  tag: 'flows',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({
    /** Whose call the flow takes it for; empty = withheld for the given reason. */
    callerNumber: z.string().max(40).default(''),
    withheldReason: z.enum(['anonymous', 'unavailable', 'payphone']).default('anonymous'),
    /** Transfers to numbers and telephones are really called; otherwise whoever tries the flow says how they end. */
    callsOut: z.boolean().default(false),
  }),
  response: z.object({ ticket: z.string() }),
});

export type DraftCallOrder = z.output<typeof startDraftCall.body>;
