import { canonicalJson } from '../../lib/canonical-json.ts';
import type { ExportSigner } from '../../vault/master-key.ts';
import { CONTRACT_DAYS, type Contract } from './contract-machine.ts';
import { addDays } from '../support/japan-days.ts';
import { STEP_NAMES, type Destruction } from './destruction-steps.ts';

const FORMAT = 'scc-deletion-certificate/1';

export interface CertificateOf {
  tenant: { id: string; code: string };
  contract: Contract;
  destruction: Destruction;
  /** ISO 8601. */
  at: string;
  /** The day in Japan. */
  today: string;
}

/** What is said of each step beside its time: counts, never content. */
function stepsOf(destruction: Destruction): Record<string, unknown>[] {
  return STEP_NAMES.flatMap((step) => {
    const done = destruction[step];
    if (!done) return [];
    // What existed is told in a place of its own.
    return [step === 'inventory' ? { step, at: done.at } : { step, ...done }];
  });
}

/**
 * The certificate of a destruction as the text that is kept and handed out: JSON with `signed` and an Ed25519 signature over its canonical
 * form. `assets/certificate/verify-deletion-certificate.mjs` verifies it without this product.
 */
export function makeCertificate({ tenant, contract, destruction, at, today }: CertificateOf, signer: ExportSigner): string {
  const { inventory, backups } = destruction;
  if (!inventory || !backups) throw new Error('A destruction that is not over has no certificate.');
  const { at: _at, ...existed } = inventory;
  const signed = {
    format: FORMAT,
    tenant,
    contract: {
      endOn: contract.endOn,
      deletedOn: contract.deletedOn,
      destroyedOn: today,
      // Backups are 90 days old at most; those on this installation hold nothing of the tenant since step `backups`.
      lastBackupAt: backups.lastSetAt,
      backupsGoneOn: addDays(today, CONTRACT_DAYS.backups),
    },
    approvals: contract.approvals.map(({ loginId, reason, at: approvedAt }) => ({ by: loginId, at: approvedAt, reason })),
    existed,
    steps: stepsOf(destruction),
    remains: ['the id and the code of the tenant', 'the dates and events of the contract', 'this certificate', "what the provider's people did, in the provider's own log"],
    madeAt: at,
    publicKey: signer.publicKey,
  };
  return `${JSON.stringify({ signed, signature: signer.sign(canonicalJson(signed)).toString('base64') }, null, 2)}\n`;
}
