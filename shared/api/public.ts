import { z } from 'zod';
import { route } from '../contract.ts';
import { requiredText } from './common.ts';

/** What a visitor may know. An unknown tenant looks like one whose page is off: `enabled` false, `name` empty. */
export const webCallInfoSchema = z.object({ enabled: z.boolean(), name: z.string() });

export const webCallInfo = route({
  id: 'webCallInfo',
  method: 'GET',
  path: '/public/web-call/{tenant}',
  summary: 'Whether visitors can call this tenant from a web page.',
  tag: 'public',
  permission: 'public',
  rate: 'public',
  params: z.strictObject({ tenant: requiredText(63) }),
  response: webCallInfoSchema,
});

export type WebCallInfo = z.infer<typeof webCallInfoSchema>;
