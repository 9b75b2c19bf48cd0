import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, TEST_PASSWORD, type TestPeople, type World } from './testing/world.ts';

const PROXY = '10.0.0.1';
const INSIDE = '192.0.2.10';
const OUTSIDE = '203.0.113.5';

let world: World;
let people: TestPeople;

beforeAll(async () => {
  world = await createWorld({ trustedProxies: [PROXY, '2001:db8:ffff::/48'] });
  people = await world.addTenant('ranges', 'Ranges');
  const sv = await world.logIn(people, 'sv1', '198.51.100.1');
  await sv.call('PUT', `/profiles/${people.profiles.CSR}/ip-ranges`, { ipRanges: ['192.0.2.0/24', '2001:db8:1::/48'], preview: false });
});
afterAll(() => world.close());

const logIn = async (ip: string, headers: Record<string, string>): Promise<number> =>
  (await world.request('POST', '/api/v1/login', { ip, headers, body: { tenant: 'ranges', loginId: 'csr1', password: TEST_PASSWORD } })).status;

/** Headers by which some server or other believes a client, each with an address that may come in. */
const CLAIMS: Record<string, string>[] = [
  'x-forwarded-for', 'x-real-ip', 'x-client-ip', 'client-ip', 'true-client-ip', 'cf-connecting-ip', 'fastly-client-ip', 'x-cluster-client-ip',
  'x-original-forwarded-for', 'x-forwarded', 'forwarded-for', 'x-remote-ip', 'x-remote-addr', 'x-originating-ip', 'x-appengine-user-ip', 'x-envoy-external-address',
].map((name) => ({ [name]: INSIDE }));
CLAIMS.push({ forwarded: `for=${INSIDE}` }, { forwarded: `for="${INSIDE}:1234";proto=https` }, { via: `1.1 ${INSIDE}` }, { 'x-forwarded-for': '127.0.0.1' }, { 'x-forwarded-for': `${INSIDE}, ${PROXY}` });

/** What a client may have written before the proxy added the address that it saw. */
const WRITTEN = [
  INSIDE, `${INSIDE}, ${PROXY}`, `${INSIDE},${INSIDE},${INSIDE}`, `${INSIDE}:1234`, `[${INSIDE}]`, `::ffff:${INSIDE}`, '2001:db8:1::1', '[2001:db8:1::1]:443', ' ', ',', ',,,', `${INSIDE},`,
  '\t192.0.2.10\t', '１９２.0.2.10', '192.000.002.010', '3221225994', '0xc000020a', 'unknown', '_hidden', `for=${INSIDE}`, `"${INSIDE}"`, `${INSIDE}%00`, `${INSIDE}/24`, `${PROXY}`, `${PROXY}, ${PROXY}`, 'a'.repeat(4000),
];
const isLatin = (text: string): boolean => [...text].every((sign) => (sign.codePointAt(0) ?? 0) < 256);

describe(`${CLAIMS.length + WRITTEN.length} ways to look as if one came from elsewhere`, () => {
  it('let nobody in who comes without a trusted proxy, whatever the header', async () => {
    for (const headers of CLAIMS) expect(await logIn(OUTSIDE, headers), JSON.stringify(headers)).toBe(401);
  }, 120_000);

  it('let nobody in through the proxy, whatever stood in the header before', async () => {
    for (const written of WRITTEN) {
      // Headers are bytes: what is no Latin-1 arrives as the bytes of its UTF-8.
      const bytes = isLatin(written) ? written : Buffer.from(written).toString('latin1');
      expect(await logIn(PROXY, { 'x-forwarded-for': `${bytes}, ${OUTSIDE}` }), JSON.stringify(written.slice(0, 40))).toBe(401);
    }
  }, 120_000);

  it('let nobody in by what no proxy writes as an address', async () => {
    for (const last of [`${OUTSIDE}:80`, `${INSIDE}:80`, `[${INSIDE}]`, '192.0.2', '3221225994', 'unknown', `::${INSIDE}`, `64:ff9b::${INSIDE}`, '2002:c000:20a::']) {
      expect(await logIn(PROXY, { 'x-forwarded-for': last }), last).toBe(401);
    }
  }, 120_000);

  it('do not keep out who comes from where they may, in whatever form the proxy writes it', async () => {
    for (const last of [INSIDE, `::ffff:${INSIDE}`, '2001:db8:1::1', '2001:DB8:1:0:0:0:0:2']) expect(await logIn(PROXY, { 'x-forwarded-for': `${OUTSIDE}, ${last}` }), last).toBe(200);
    expect(await logIn('2001:db8:ffff::7', { 'x-forwarded-for': INSIDE })).toBe(200);
    expect(await logIn(`::ffff:${PROXY}`, { 'x-forwarded-for': INSIDE })).toBe(200);
  }, 120_000);
});
