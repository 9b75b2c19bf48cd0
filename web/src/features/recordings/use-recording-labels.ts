import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { listRecordingLabels, type RecordingLabel } from '../../../../shared/api/recording-keeping.ts';
import { call } from '../../lib/api.ts';
import { labelIn } from '../../lib/both-languages.ts';

/** The tenant's labels for recordings, with their words. */
export function useRecordingLabels(): { all: readonly RecordingLabel[]; text: (id: string) => string; isSensitive: (ids: readonly string[]) => boolean } {
  const { i18n } = useLingui();
  const query = useQuery({ queryKey: [listRecordingLabels.id], queryFn: ({ signal }) => call(listRecordingLabels, {}, signal), staleTime: 60_000 });
  const all = query.data?.items ?? [];
  const find = (id: string): RecordingLabel | undefined => all.find((label) => label.id === id);
  return {
    all,
    text: (id) => {
      const label = find(id);
      return label ? labelIn(i18n.locale, label) : '…';
    },
    isSensitive: (ids) => ids.some((id) => find(id)?.sensitive === true),
  };
}
