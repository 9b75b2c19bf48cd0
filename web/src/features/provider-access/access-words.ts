import { useLingui } from '@lingui/react/macro';
import type { ProviderAccess } from '../../../../shared/api/provider-access.ts';

/** Words for what stands in the list of the provider's accesses. */
export function useAccessWords() {
  const { t } = useLingui();
  const views: Record<ProviderAccess['views'][number]['view'], string> = {
    queues: t`Queues`,
    flows: t`Call flows`,
    flow: t`A call flow`,
    numbers: t`Service numbers`,
    trunks: t`Trunks`,
    devices: t`SIP telephones`,
    users: t`Users`,
    calls: t`Call history`,
    call: t`A call`,
    sip: t`SIP messages of a call`,
    audit: t`Audit log`,
    customers: t`Customers`,
  };
  const scopes: Record<ProviderAccess['scope'], string> = { settings: t`Settings and course of calls`, content: t`Content of the tenant too` };
  const ends: Record<NonNullable<ProviderAccess['endedHow']>, string> = {
    declined: t`Refused by a second operator`,
    withdrawn: t`Withdrawn`,
    operator: t`Ended by the operator`,
    tenant: t`Ended by you`,
    time: t`Its time was over`,
  };
  return { views, scopes, ends };
}
