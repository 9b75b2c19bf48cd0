/** Whether a telephone of this name exists must not be told by the time that looking for it takes, on the real database. */
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import type { WithTenant } from '../../db/types.ts';
import { systemClock, type Clock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { digestHa1 } from '../../protocol/sip/digest.ts';
import { createDevice } from './devices.service.ts';
import { TelephonyDirectory } from './sip-directory.ts';
import { NO_TELEPHONY } from './telephony-live.ts';

/** 10,000 known and 10,000 unknown names with `SCC_ENUMERATION=10000`. */
const NAMES = Number(process.env['SCC_ENUMERATION'] ?? 1500);
/** Of telephones that exist; asked for in turn. */
const KNOWN = 50;

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.withTenant(test.tenantA.id, testActor, async (tx) => {
    for (let at = 0; at < KNOWN; at++) await createDevice(tx, NO_TELEPHONY, { username: `known${String(at).padStart(3, '0')}`, userId: null, label: '' });
  });
});

afterAll(() => test?.close());

/** Asks for a telephone that there is, or one that there is not: another name, or the same one in a realm that is nobody's. */
type Ask = (isKnown: boolean, at: string) => { realm: string; name: string };
const BY_NAME: Ask = (isKnown, at) => ({ realm: 'a', name: `${isKnown ? 'known' : 'other'}${at}` });
const BY_REALM: Ask = (isKnown, at) => ({ realm: isKnown ? 'a' : 'b', name: `other${at}` });

/**
 * Probability that what is there takes longer than what is not, asked for one after the other; 0.5 = time tells nothing. Neighbours are
 * compared, because what else the machine does weighs on both.
 */
async function tellsApart(withTenant: WithTenant, ask = BY_NAME, clock: Clock = systemClock): Promise<number> {
  const directory = new TelephonyDirectory({ sipHost: '192.0.2.1', tenantOfRealm: (realm) => (realm === 'a' ? test.tenantA.id : null), anyTenant: () => test.tenantA.id, drawKey: 'x', withTenant, clock, logger: silentLogger });
  const timeOf = async (isKnown: boolean, at: string): Promise<number> => {
    const { realm, name } = ask(isKnown, at);
    const start = performance.now();
    const found = await directory.deviceSecret(realm, name, 'SHA-256');
    // As the authenticator does.
    digestHa1('SHA-256', name, realm, 'x'.repeat(24));
    const took = performance.now() - start;
    expect(found !== null).toBe(isKnown && name.startsWith('known'));
    return took;
  };
  let longer = 0;
  for (let turn = -50; turn < NAMES; turn++) {
    const at = String(Math.abs(turn) % KNOWN).padStart(3, '0');
    // Who is second finds things warm, so they take turns.
    const first = await timeOf(turn % 2 === 0, at);
    const second = await timeOf(turn % 2 !== 0, at);
    const [known, unknown] = turn % 2 === 0 ? [first, second] : [second, first];
    // The first ones warm up.
    if (turn >= 0) longer += known > unknown ? 1 : known === unknown ? 0.5 : 0;
  }
  return longer / NAMES;
}

/** To a clock that stands still nothing takes any time, so that answers do not wait for the end of a step. */
const WITHOUT_STEPS: Clock = { ...systemClock, monotonic: () => 0 };

describe('the time to look for a telephone', () => {
  it(`does not tell ${NAMES} known names from as many unknown ones`, { timeout: 120_000 }, async () => {
    expect(Math.abs((await tellsApart(test.database.withTenant)) - 0.5)).toBeLessThan(0.05);
  });

  it(`does not tell a realm of a tenant from one of nobody, asked ${NAMES} times each`, { timeout: 120_000 }, async () => {
    expect(Math.abs((await tellsApart(test.database.withTenant, BY_REALM)) - 0.5)).toBeLessThan(0.05);
  });

  it('control: a realm that is refused at once would be seen', { timeout: 120_000 }, async () => {
    let isTenants = false;
    const ask: Ask = (isKnown, at) => {
      isTenants = isKnown;
      return BY_REALM(isKnown, at);
    };
    const quick: WithTenant = (...asked) => (isTenants ? test.database.withTenant(...asked) : Promise.resolve({ id: null, password: '' } as never));
    expect((await tellsApart(quick, ask, WITHOUT_STEPS)) - 0.5).toBeGreaterThan(0.1);
  });

  it('control: names that are looked up twice would be seen', { timeout: 120_000 }, async () => {
    const slow: WithTenant = async (...asked) => {
      const found = await test.database.withTenant(...asked);
      return (found as { id: string | null }).id === null ? found : test.database.withTenant(...asked);
    };
    expect((await tellsApart(slow, BY_NAME, WITHOUT_STEPS)) - 0.5).toBeGreaterThan(0.1);
  });
});
