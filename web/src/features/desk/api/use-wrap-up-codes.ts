import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { listWrapUpCodes } from '../../../../../shared/api/wrap-up-codes.ts';
import { call } from '../../../lib/api.ts';

/** Codes an agent may choose, in the order of the tenant and the language of the screen. */
export function useWrapUpCodes() {
  const { i18n } = useLingui();
  const query = useQuery({
    queryKey: [listWrapUpCodes.id, 'desk'],
    queryFn: ({ signal }) => call(listWrapUpCodes, { query: { limit: 200 } }, signal),
    staleTime: 60_000,
  });
  const options = (query.data?.items ?? [])
    .filter((code) => code.active)
    .map((code) => ({ value: code.id, label: i18n.locale === 'ja' ? code.label : code.labelEn }));
  return { ...query, options };
}
