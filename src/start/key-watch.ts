import { Gauge, type Registry } from 'prom-client';
import type { SccDatabase } from '../db/database.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { startRounds } from '../lib/rounds.ts';
import { continueRotation, rotatingTenants } from '../modules/keys/rotation.service.ts';

/** New keys are heard of within this, ms; see ANNOUNCE_MS. */
const EVERY_MS = 2_000;
/** One tenant's rotation works for so long before the others have their turn, ms. */
const TURN_MS = 1_500;

/** A key that has used so much of its allowance in this process should be rotated: at 1 it seals nothing any more. */
const WORN = 0.8;
const COMPLAIN_MS = 3_600_000;

interface WatchDeps {
  database: Pick<SccDatabase, 'keys' | 'withTenant' | 'withDirectory' | 'healthy'>;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** Works on one tenant's rotation for its turn, resting as long as it worked, so that calls and people come first. */
async function work({ database, clock }: WatchDeps, tenantId: string, isEnded: () => boolean): Promise<void> {
  const end = clock.monotonic() + TURN_MS;
  while (clock.monotonic() < end && !isEnded()) {
    const begun = clock.monotonic();
    if ((await continueRotation(database, tenantId)) !== 'working') return;
    const took = clock.monotonic() - begun;
    await new Promise<void>((resolve) => clock.after(took, resolve));
  }
}

/** Tells how worn the most worn key is. @returns to be called every round */
function wearWatch({ database, clock, logger, registry }: WatchDeps): () => Promise<void> {
  const gauge = new Gauge({ name: 'scc_tenant_key_wear', help: 'Share of its seals that the most used tenant key has had in this process; rotate it well before 1.', registers: [registry] });
  let complainedAt: number | null = null;
  return async () => {
    const most = await database.keys.mostWorn();
    gauge.set(most?.wear ?? 0);
    const isDue = complainedAt === null || clock.monotonic() - complainedAt >= COMPLAIN_MS;
    if (!most || most.wear < WORN || !isDue) return;
    complainedAt = clock.monotonic();
    logger.error({ tenantId: most.tenantId, wear: most.wear }, "this tenant's key is nearly used up: rotate it (scc keys rotate)");
  };
}

/** Learns of keys that another process made, retired or destroyed, and carries on rotations. @returns ends it, after what runs */
export function watchKeys(deps: WatchDeps): () => Promise<void> {
  const { database, clock, logger } = deps;
  const tellWear = wearWatch(deps);
  let isEnded = false;
  const round = async (): Promise<void> => {
    if (!database.healthy) return;
    await database.keys.refreshChanged();
    await tellWear();
    for (const tenantId of await rotatingTenants(database)) {
      try {
        await work(deps, tenantId, () => isEnded);
      } catch (error) {
        // One tenant's trouble does not hold the others up.
        logger.warn({ tenantId, error: messageOf(error) }, "could not carry this tenant's rotation on");
      }
    }
  };
  const stop = startRounds({ clock, everyMs: EVERY_MS, round, onError: (error) => logger.warn({ error: messageOf(error) }, 'could not look after the keys') });
  return () => {
    isEnded = true;
    return stop();
  };
}
