/** Digest between two agents: every algorithm, right and wrong password, fresh and stale nonce, registration and call. */
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { SipPhone } from '../../test/support/sip-phone.ts';
import { offerFor } from '../protocol/sdp/negotiate.ts';
import { DIGEST_ALGORITHMS, digestHa1, type DigestAlgorithm } from '../protocol/sip/digest.ts';

let server: SipPhone | null = null;
let client: SipPhone | null = null;
const DEVICE = { deviceId: 'd', tenantId: 't' };

afterEach(async () => {
  await Promise.all([server?.stop(), client?.stop()]);
});

/** A server that has the secret of one algorithm only, so that the others fail. */
async function start(algorithm: DigestAlgorithm, password: string, nonceTtlMs: number): Promise<void> {
  const ha1 = (asked: DigestAlgorithm): string => digestHa1(asked, 'alice', 'scc', asked === algorithm ? 'secret' : randomBytes(9).toString('hex'));
  server = await SipPhone.start({
    user: 'server',
    agent: {
      realmFor: () => 'scc',
      authLimits: { nonceTtlMs, algorithms: [algorithm] },
      directory: {
        trunkFor: () => null,
        deviceSecret: (_realm, user, asked) => Promise.resolve(user === 'alice' ? { ...DEVICE, ha1: ha1(asked) } : null),
        bindingsChanged: () => undefined,
      },
    },
  });
  client = await SipPhone.start({ user: 'alice', account: { realm: 'scc', username: 'alice', password } });
}

const cases = DIGEST_ALGORITHMS.flatMap((algorithm) =>
  ['secret', 'wrong'].flatMap((password) => [60_000, -1].flatMap((nonceTtlMs) => ['REGISTER', 'INVITE'].map((method) => ({ algorithm, password, nonceTtlMs, method })))),
);

describe('digest', () => {
  it.each(cases)('$algorithm, password $password, nonce for $nonceTtlMs ms, $method', async ({ algorithm, password, nonceTtlMs, method }) => {
    await start(algorithm, password, nonceTtlMs);
    const isGood = password === 'secret' && nonceTtlMs > 0;
    if (!server || !client) throw new Error('not started');
    if (method === 'REGISTER') {
      expect(await client.register(`sip:127.0.0.1:${server.port}`)).toBe(isGood ? 200 : 401);
      return;
    }
    const call = client.call(`sip:x@127.0.0.1:${server.port}`, { sdp: offerFor({ host: '127.0.0.1', port: 42_900 }, 'sendrecv') });
    if (isGood) {
      const incoming = await server.nextCall();
      expect(incoming.invite?.identity).toEqual({ kind: 'device', ...DEVICE, user: 'alice' });
      incoming.reject(486);
    }
    expect(await call.until('rejected')).toMatchObject({ status: isGood ? 486 : 401 });
  });
});
