import { useLingui } from '@lingui/react/macro';
import { listReportCalls } from '../../../../shared/api/reports.ts';
import type { CallCount } from '../../../../shared/metrics/call-report.ts';
import { call, type CallRequest } from '../../lib/api.ts';
import { CallTable } from '../../records/call-table.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { useList } from '../../records/use-list.ts';

/** Which figure somebody wants to see the calls of. */
export interface BehindQuestion {
  title: string;
  count: CallCount;
  query: Omit<CallRequest<typeof listReportCalls>['query'], 'count' | 'limit' | 'cursor'>;
}

/** The calls behind a figure, each with a way to its page. */
export function CallsBehind({ question, onClose }: { question: BehindQuestion; onClose: () => void }) {
  return (
    <FormDialog onClose={onClose} size="xl" title={question.title}>
      <CallList question={question} />
    </FormDialog>
  );
}

function CallList({ question }: { question: BehindQuestion }) {
  const { t } = useLingui();
  const list = useList([listReportCalls.id, question.query, question.count], (cursor, signal) =>
    call(listReportCalls, { query: { ...question.query, count: question.count, limit: 50, ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  return (
    <ListState list={list} empty={{ title: t`No calls` }}>
      {(calls) => <CallTable calls={calls} short />}
    </ListState>
  );
}
