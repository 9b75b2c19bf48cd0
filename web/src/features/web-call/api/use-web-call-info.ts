import { useQuery } from '@tanstack/react-query';
import { webCallInfo } from '../../../../../shared/api/public.ts';
import { call } from '../../../lib/api.ts';

/** Whether visitors can call this tenant from a web page. */
export const useWebCallInfo = (tenant: string) =>
  useQuery({
    queryKey: [webCallInfo.id, tenant],
    queryFn: ({ signal }) => call(webCallInfo, { params: { tenant } }, signal),
  });
