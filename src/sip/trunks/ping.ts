import { NO_BODY, type SipRequest } from '../../protocol/sip/message.ts';
import { header, MAX_FORWARDS } from '../build.ts';
import type { Endpoint } from '../endpoint.ts';

/** OPTIONS outside a dialog (RFC 3261 section 11.1). @returns the final status; 408 and 503 when nobody answered */
export function pingServer(endpoint: Endpoint, uri: string): Promise<number> {
  return new Promise((resolve) => {
    endpoint.resolve(uri, (hop) => {
      if (!hop) return resolve(503);
      const contact = endpoint.contact(hop);
      const headers = [
        MAX_FORWARDS,
        header('From', `<${contact}>;tag=${endpoint.token()}`),
        header('To', `<${uri}>`),
        header('Call-ID', endpoint.token()),
        header('CSeq', '1 OPTIONS'),
        header('Contact', `<${contact}>`),
        header('Accept', 'application/sdp'),
      ];
      const request: SipRequest = { kind: 'request', method: 'OPTIONS', uri, headers, body: NO_BODY };
      endpoint.request(request, hop, {
        onResponse: ({ status }) => {
          if (status >= 200) resolve(status);
        },
        onFailure: resolve,
      });
    });
  });
}
