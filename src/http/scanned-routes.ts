import { createHash } from 'node:crypto';
import type { WithTenant } from '../db/types.ts';
import { AppError } from '../lib/errors.ts';
import type { Scanner } from '../modules/scanner/scanner.ts';
import { actorOf, type BoundRoute } from '../modules/support/binding.ts';

interface ScanDeps {
  scanner: Scanner;
  withTenant: WithTenant;
}

/**
 * The routes with a scan before every handler that takes a file, so that none can forget it. What is found, also in what a handler
 * fetched, stands in the tenant's audit log: in a transaction of its own, because nothing was changed.
 */
export const scannedRoutes = (routes: readonly BoundRoute[], deps: ScanDeps): BoundRoute[] => (deps.scanner.isConfigured ? routes.map((bound) => scanned(bound, deps)) : [...routes]);

function scanned(bound: BoundRoute, { scanner, withTenant }: ScanDeps): BoundRoute {
  const { contract } = bound;
  return {
    contract,
    async handle(input, context) {
      const file = contract.upload !== undefined && Buffer.isBuffer(input.body) ? input.body : null;
      try {
        if (file) await scanner.check(file, contract.id);
        return await bound.handle(input, context);
      } catch (error) {
        if (error instanceof AppError && error.code === 'malware_found') {
          const { session } = context;
          const detail = { signature: error.extra['signature'], ...(file && { sizeBytes: file.length, sha256: createHash('sha256').update(file).digest('hex') }) };
          await withTenant(session.tenantId, actorOf(session), (tx) => tx.audit({ code: 'file.refused', subject: { kind: 'route', id: contract.id }, detail }));
        }
        throw error;
      }
    },
  };
}
