import { useLingui } from '@lingui/react/macro';
import { ApiProblem } from './problem.ts';

/** Turns a failure into one sentence for people, in the language of the screen. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useLingui();
  return (error) => {
    if (!(error instanceof ApiProblem)) return t`Something went wrong on this page. Please reload it.`;
    if (error.status === 0) return t`The server cannot be reached. Check the network and try again.`;
    if (error.status === 401) return t`Your session has ended. Please log in again.`;
    if (error.status === 403) return t`You do not have permission for this.`;
    if (error.status === 404) return t`It was not found. It may have been removed.`;
    if (error.status === 409) return t`It was changed by someone else meanwhile. Reload and try again.`;
    if (error.status === 413) return t`The file is too large.`;
    if (error.status === 400 || error.status === 422) return t`The server did not accept what was entered. Please check it.`;
    if (error.status === 429) return t`Too many requests. Please wait a moment and try again.`;
    if (error.status === 503) return t`The server is not ready at the moment. Please try again in a minute.`;
    if (error.code === 'unexpected_answer') return t`The server's answer was not understood. Please reload the page.`;
    return t`The server reported a failure. Please try again.`;
  };
}
