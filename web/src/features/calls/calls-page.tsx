import { Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { listCalls } from '../../../../shared/api/calls.ts';
import { call } from '../../lib/api.ts';
import { CallTable } from '../../records/call-table.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { type CallFilter, CallFilters, filterQuery, noFilter } from './call-filters.tsx';

/** The log of calls. */
export default function CallsPage() {
  const { t } = useLingui();
  const [filter, setFilter] = useKept<CallFilter>('filter', noFilter);
  const list = useList([listCalls.id, filter], (cursor, signal) =>
    call(listCalls, { query: { limit: 50, ...filterQuery(filter), ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Call history</Trans>} />
      <CallFilters value={filter} onChange={setFilter} />
      <ListState
        list={list}
        empty={
          filter === noFilter
            ? { title: t`No calls yet`, hint: t`Calls appear here as soon as they begin.` }
            : { title: t`No call matches`, hint: t`Try a longer period or fewer conditions.` }
        }
      >
        {(calls) => <CallTable calls={calls} />}
      </ListState>
    </Stack>
  );
}
